/// The bounds of group commit.
public struct LedgerLimits: Sendable {
  /// Most writes that may wait; one more is refused with `overloaded`.
  public var queue: Int
  /// Most writes that share one commit.
  public var batch: Int
  /// How long writes of one batch may run, in milliseconds, before the rest waits for the next commit.
  public var batchMs: Int64
  /// Size of the write-ahead log, in bytes, at which it is copied back into the database.
  public var checkpointBytes: Int64

  /// Takes bounds over.
  public init(
    queue: Int = 20_000, batch: Int = 2_000, batchMs: Int64 = 100,
    checkpointBytes: Int64 = 8 << 20
  ) {
    self.queue = queue
    self.batch = batch
    self.batchMs = batchMs
    self.checkpointBytes = checkpointBytes
  }
}

/// What the ledger has done since it was opened, and how it stands.
public struct LedgerStatistics: Sendable, Equatable {
  /// Commits that reached the disk; each is one synchronization of the write-ahead log.
  public var commits: Int64 = 0
  /// Commits that failed and undid their batch.
  public var failedCommits: Int64 = 0
  /// Writes that were acknowledged.
  public var writes: Int64 = 0
  /// Writes that threw and were undone alone.
  public var failedWrites: Int64 = 0
  /// Writes that were refused because too many waited.
  public var refusedWrites: Int64 = 0
  /// Times that the write-ahead log was copied back.
  public var checkpoints: Int64 = 0
  /// Times that it could not be.
  public var failedCheckpoints: Int64 = 0
  /// Writes that wait now.
  public var queued: Int = 0
}
