/// What Slurm's accounts have of a job, as HTTP and `--output json` tell it.
public struct JobAccountWire: Codable, Sendable, Equatable {
  /// Slurm's job id.
  public var engineId: String
  /// Slurm's word for how it stands or ended.
  public var state: String
  /// Where it ran.
  public var partition: String
  /// Account that it was charged to.
  public var account: String
  /// Quality of service.
  public var qos: String
  /// Names of its nodes.
  public var nodes: String
  /// What it was given, in Slurm's words.
  public var allocated: String
  /// Seconds that it held its allocation.
  public var elapsedSeconds: Int64
  /// Core seconds of the allocation, busy or not.
  public var allocatedCoreSeconds: Int64
  /// Processor time that was used, in milliseconds.
  public var usedCpuMs: Int64
  /// Most resident memory of one task.
  public var maxRssBytes: Int64?
  /// Joules by Slurm's own measurement.
  public var energyJoules: Int64?
  /// What those joules emitted; absent where nobody said what the site's energy emits.
  public var emission: EmissionWire?

  /// Takes every value as it is.
  public init(
    engineId: String, state: String, partition: String, account: String, qos: String,
    nodes: String, allocated: String, elapsedSeconds: Int64, allocatedCoreSeconds: Int64,
    usedCpuMs: Int64, maxRssBytes: Int64?, energyJoules: Int64?
  ) {
    self.engineId = engineId
    self.state = state
    self.partition = partition
    self.account = account
    self.qos = qos
    self.nodes = nodes
    self.allocated = allocated
    self.elapsedSeconds = elapsedSeconds
    self.allocatedCoreSeconds = allocatedCoreSeconds
    self.usedCpuMs = usedCpuMs
    self.maxRssBytes = maxRssBytes
    self.energyJoules = energyJoules
  }
}
