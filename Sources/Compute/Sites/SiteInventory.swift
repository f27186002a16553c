/// What a cluster says of itself: nothing of it is typed in.
public struct SiteInventory: Sendable, Equatable, Codable {
  /// The cluster's name.
  public var cluster: String
  /// Version of its engine.
  public var version: String
  /// Its partitions in their order.
  public var partitions: [Partition]
  /// The largest index of a job array, plus one.
  public var maxArraySize: Int?
  /// Whether it keeps accounts of jobs that have ended.
  public var hasAccounting: Bool
  /// When it said so: milliseconds since 1970, UTC.
  public var discoveredAtMs: Int64
  /// What jobs of this user may be charged to; nil where nobody tells.
  public var accounts: [Account]?
  /// Whether it refuses jobs that are charged to other accounts; nil where nobody tells.
  public var enforcesAccounts: Bool?

  /// Somebody's account, and the qualities of service that go with it.
  public struct Account: Sendable, Equatable, Codable {
    /// Its name.
    public var name: String
    /// Names of qualities of service, in their order.
    public var qos: [String]
  }

  /// A queue of the cluster with nodes behind it.
  public struct Partition: Sendable, Equatable, Codable {
    /// Its name.
    public var name: String
    /// Whether jobs that name none go there.
    public var isDefault: Bool
    /// Slurm's word for whether it takes and starts jobs: `up`, `down`, `drain` or `inact`.
    public var availability: String
    /// Longest that a job may run there, in seconds; nil is unlimited.
    public var timeLimitSeconds: Int64?
    /// How long one may run that asks for no time, in seconds; nil is as long as any, or not told.
    public var usualTimeSeconds: Int64?
    /// Its kinds of nodes.
    public var nodes: [NodeKind]

    /// Whether jobs start there.
    public var isUp: Bool { availability == "up" }
    /// How many nodes it has.
    public var nodeCount: Int { nodes.reduce(0) { $0 + $1.count } }
  }

  /// Nodes that are alike.
  public struct NodeKind: Sendable, Equatable, Codable {
    /// How many there are.
    public var count: Int
    /// CPUs of each.
    public var cpus: Int
    /// Memory of each.
    public var memoryBytes: Int64
    /// Accelerators of each.
    public var gpus: Int
    /// How many of each kind; nil where nobody told kinds.
    public var gpuTypes: [String: Int]?
    /// What else they are, by the cluster's words; nil where nobody told.
    public var features: [String]?
  }

  /// The partition of jobs that ask for `name`, or for none.
  public func partition(_ name: String?) -> Partition? {
    partitions.first { name == nil ? $0.isDefault : $0.name == name }
  }
}
