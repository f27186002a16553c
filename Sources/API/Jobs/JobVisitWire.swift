/// What `POST /api/v1/jobs/{id}/attach` takes.
public struct JobVisitWire: Codable, Sendable, Equatable {
  /// From 0, of a job on several nodes; the first by default.
  public var node: Int?
  /// What is to run in the job; a shell by default.
  public var command: [String]?
  /// Whether a terminal is to go along; none by default.
  public var terminal: Bool?

  /// Asks for a shell without a terminal.
  public init() {}
}

/// The way into a running job.
public struct JobEntranceWire: Codable, Sendable, Equatable {
  /// The program and its arguments, to be run on the machine of the server by the account of the job.
  public var command: [String]
  /// Name of that machine.
  public var host: String
  /// The word that names that machine's last start.
  public var boot: String

  /// Takes every value as it is.
  public init(command: [String], host: String, boot: String) {
    self.command = command
    self.host = host
    self.boot = boot
  }
}

extension JobVisitWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "node?": .count, "command?": .list(.text), "terminal?": .flag,
  ]
}

extension JobEntranceWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["command": .list(.text), "host": .text, "boot": .text]
}
