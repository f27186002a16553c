/// What Slurm's accounts have of one of its jobs (sacct(1)).
public struct SlurmAccount: Sendable, Equatable {
  /// Slurm's job id.
  public var id: String
  /// Slurm's word for how it stands or ended.
  public var state: String
  /// Where it ran.
  public var partition: String
  /// Account that it was charged to; empty where the cluster has none.
  public var account: String
  /// Quality of service; empty where the cluster has none.
  public var qos: String
  /// Names of its nodes.
  public var nodes: String
  /// What it was given, in Slurm's words: `billing=4,cpu=4,mem=8G,node=1`.
  public var allocated: String
  /// Seconds that it held its allocation.
  public var elapsedSeconds: Int64
  /// Core seconds of the allocation, busy or not: what is charged.
  public var allocatedCoreSeconds: Int64
  /// Processor time that its processes used, in milliseconds.
  public var usedCpuMs: Int64
  /// Most resident memory of one task of a step; nil where Slurm did not look.
  public var maxRssBytes: Int64?
  /// Joules of its nodes by Slurm's own measurement; nil where Slurm measures none.
  public var energyJoules: Int64?

  /// The fields that `sacct` is asked for.
  static let format =
    "JobID,State,Partition,Account,QOS,NodeList,AllocTRES,ElapsedRaw,CPUTimeRAW,TotalCPU,MaxRSS,"
    + "ConsumedEnergyRaw"

  /// The job of `sacct --noheader --parsable2 --noconvert --format=…`, whose first line is the allocation
  /// and whose others are steps; nil where there is none.
  init?(_ text: String) {
    let lines = text.split(separator: "\n").map {
      $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    }.filter { $0.count == 12 }
    guard let job = lines.first(where: { !$0[0].contains(".") }) else { return nil }
    id = job[0]
    state = job[1].split(separator: " ").first.map(String.init) ?? ""
    (partition, account, qos) = (job[2], job[3], job[4])
    nodes = job[5] == "None assigned" ? "" : job[5]
    allocated = job[6]
    elapsedSeconds = Int64(job[7]) ?? 0
    allocatedCoreSeconds = Int64(job[8]) ?? 0
    usedCpuMs = Self.milliseconds(job[9])
    maxRssBytes = lines.compactMap { Self.bytes($0[10]) }.max()
    // Without a plug-in for energy it is zero.
    energyJoules = lines.compactMap { Int64($0[11]) }.max().flatMap { $0 > 0 ? $0 : nil }
  }

  /// Milliseconds of `days-hours:minutes:seconds.thousandths` with what is missing at its left.
  static func milliseconds(_ text: String) -> Int64 {
    let parts = text.split(separator: ".")
    guard let whole = parts.first, let seconds = SlurmInventory.seconds(whole) else { return 0 }
    let thousandths = parts.count > 1 ? Int64((parts[1] + "00").prefix(3)) ?? 0 : 0
    return seconds * 1_000 + thousandths
  }

  /// Bytes of `1364K`; nil for no number.
  static func bytes(_ text: String) -> Int64? {
    let shifts: [Character: Int64] = ["K": 10, "M": 20, "G": 30, "T": 40]
    guard let last = text.last else { return nil }
    guard let shift = shifts[last] else { return Int64(text) }
    return Double(text.dropLast()).map { Int64($0 * Double(1 << shift)) }
  }
}
