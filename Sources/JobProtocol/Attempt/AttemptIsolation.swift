/// What a task that is kept apart sees of its machine.
public struct AttemptIsolation: Hashable, Sendable {
  /// Folders that it must not see.
  public var hidden: [String]
  /// Folders that it works in, wherever they lie.
  public var shown: [String]
  /// Folders that it sees and cannot change, wherever they lie.
  public var readOnly: [String]
  /// Whether it reaches the network.
  public var network: Bool

  /// Takes every value as it is.
  public init(hidden: [String], shown: [String], readOnly: [String], network: Bool) {
    self.hidden = hidden
    self.shown = shown
    self.readOnly = readOnly
    self.network = network
  }

  /// Folders for what is thrown away, in whose place every task has one of its own.
  private static let temporary = ["/tmp", "/var/tmp"]

  /// Whether the task may start in a folder: not in one that is hidden, nor around it.
  public func allows(_ folder: String) -> Bool {
    if shown.contains(where: { Self.isPath(folder, in: $0) }) { return true }
    return !hidden.contains { Self.isPath(folder, in: $0) }
  }

  /// The arguments of `bwrap` (bwrap(1)) before the task's own command.
  ///
  /// - Parameters:
  ///   - folder: where the task starts.
  ///   - temporary: the folder that it has for `/tmp`.
  ///   - exists: whether a path is there; one that is not needs no hiding, and cannot be shown.
  public func arguments(
    startingIn folder: String, temporary: String, exists: (String) -> Bool
  ) -> [String] {
    var words = [
      "--die-with-parent",
      // Out of the agent's process group, so that it can tell the task apart from its fence.
      "--new-session", "--unshare-pid", "--unshare-ipc", "--dev-bind", "/", "/", "--proc", "/proc",
    ]
    if !network { words.append("--unshare-net") }
    for place in Self.temporary where exists(place) { words += ["--bind", temporary, place] }
    // What lies in a folder for temporary files is hidden already.
    for path in hidden where exists(path) && !Self.isTemporary(path) { words += ["--tmpfs", path] }
    for path in readOnly where exists(path) { words += ["--ro-bind", path, path] }
    for path in shown where exists(path) { words += ["--bind", path, path] }
    if Self.isTemporary(folder), !shown.contains(folder) { words += ["--bind", folder, folder] }
    return words + ["--chdir", folder, "--"]
  }

  private static func isTemporary(_ path: String) -> Bool {
    temporary.contains { isPath(path, in: $0) }
  }

  private static func isPath(_ path: String, in folder: String) -> Bool {
    path == folder || path.hasPrefix(folder + "/")
  }
}

extension AttemptIsolation {
  func write(to writer: inout ByteWriter) {
    for list in [hidden, shown, readOnly] { writer.write(list: list) { $0.write($1) } }
    writer.write(UInt8(network ? 1 : 0))
  }

  init(from reader: inout ByteReader) throws(JobProtocolError) {
    hidden = try reader.list { (r) throws(JobProtocolError) in try r.text() }
    shown = try reader.list { (r) throws(JobProtocolError) in try r.text() }
    readOnly = try reader.list { (r) throws(JobProtocolError) in try r.text() }
    network = try reader.integer(UInt8.self) != 0
  }
}
