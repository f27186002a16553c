/// What makes a job one instance of a service: something with an address that stays the same while the
/// jobs behind it change.
public struct JobService: Hashable, Codable, Sendable {
  /// Time for requests under way when an instance is replaced, where nobody says.
  public static let usualDrainMs: Int64 = 30_000

  /// Most instances in a row that may not last.
  public static let mostRestarts = 20

  /// Identifier of the service (`service_…`); empty before it is submitted.
  public var id: String
  /// The name in its address.
  public var name: String
  /// Which of the service's jobs it is, from 1.
  public var number: Int
  /// The variable that tells the command its port.
  public var portVariable: String
  /// Path that answers with a status below 400 once the command is ready; nil is when it accepts connections.
  public var readyPath: String?
  /// Milliseconds before the time limit at which the next instance is submitted; nil is a quarter of the limit.
  public var renewBeforeMs: Int64?
  /// Milliseconds that requests under way have when the next instance takes over.
  public var drainMs: Int64
  /// After which ends there is a next instance; a time limit is none of them, because it is no trouble.
  public var restart: JobRestart

  /// Takes every value as it is.
  public init(
    id: String = "", name: String, number: Int = 1, portVariable: String = "PORT",
    readyPath: String? = nil, renewBeforeMs: Int64? = nil, drainMs: Int64 = usualDrainMs,
    restart: JobRestart = JobRestart(on: JobRestart.Cause.allCases)
  ) {
    self.id = id
    self.name = name
    self.number = number
    self.portVariable = portVariable
    self.readyPath = readyPath
    self.renewBeforeMs = renewBeforeMs
    self.drainMs = drainMs
    self.restart = restart
  }

  /// Where the service is below the factory's address.
  public var path: String { "/services/" + name }
}
