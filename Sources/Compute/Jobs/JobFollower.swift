public import Basics
public import JobProtocol

/// Keeps a record of jobs elsewhere in the ledger, in the transactions that change them.
///
/// What goes wrong in it never stops a job, but for trouble of the disk, which is tried again.
public protocol JobFollower: Sendable {
  /// Whether it records what jobs of that specification use.
  func follows(_ spec: JobSpec) -> Bool
  /// What it keeps of the files of an attempt that is ending; asked outside any transaction.
  func gather(_ spec: JobSpec, from folder: AttemptFolder) async throws -> [JobFile]
  /// Records the job as it is now, with what was measured and gathered since.
  func record(
    _ job: Job, samples: [TimedSample], files: [JobFile], in db: LedgerTransaction) throws
}

/// What an attempt used at a moment.
public struct TimedSample: Sendable, Equatable {
  /// Milliseconds since 1970, UTC, by the node's clock.
  public var timeMs: Int64
  /// What was measured.
  public var sample: ResourceSample

  /// Takes every value as it is.
  public init(timeMs: Int64, sample: ResourceSample) {
    self.timeMs = timeMs
    self.sample = sample
  }
}

/// A file of an attempt that was taken into the object store.
public struct JobFile: Sendable, Equatable {
  /// A name for people.
  public var name: String
  /// The object with its bytes.
  public var sha256: ObjectDigest
  /// Size in bytes.
  public var bytes: Int64

  /// Takes every value as it is.
  public init(name: String, sha256: ObjectDigest, bytes: Int64) {
    self.name = name
    self.sha256 = sha256
    self.bytes = bytes
  }
}
