internal import Basics
internal import Experimentation

/// The tracking runs of a data stage whose tables a command makes: the stage's own, and one below it for each shard.
enum ShardTracking {
  /// Makes the stage's run, once, and returns it.
  static func begin(
    _ run: WorkflowRun, _ tracking: WorkflowTracking, in db: LedgerTransaction
  ) throws -> Run {
    let root = try tracking.begin(run, in: db)
    let made = try RunStore.create(
      WorkflowTracking.id(of: .data, in: run.id), experiment: root.experiment,
      name: StageName.data.rawValue, user: root.user, startedAtMs: tracking.nowMs, in: db)
    let tags = [
      RunTagKey.name: StageName.data.rawValue, RunTagKey.parent: root.id.rawValue,
      RunTagKey.workflowRun: run.id.rawValue, RunTagKey.stage: StageName.data.rawValue,
    ]
    try RunStore.note(tags: RunText.tags(tags), on: made.id, in: db)
    return made
  }

  /// Makes the run of a shard, once, together with its job.
  static func begin(
    _ item: ShardWork.Item, _ id: RunID, below parent: Run, job: String, nowMs: Int64,
    in db: LedgerTransaction
  ) throws {
    guard try RunStore.find(id, in: db) == nil else { return }
    try RunStore.create(
      id, experiment: parent.experiment, name: item.shard.title, job: job, user: parent.user,
      startedAtMs: nowMs, in: db)
    let tags = [
      RunTagKey.name: item.shard.title, RunTagKey.parent: parent.id.rawValue,
      RunTagKey.job: job, "aifactory.shard": "\(item.shard.number)",
      "aifactory.shard_files": "\(item.shard.files.count)",
    ]
    try RunStore.note(tags: RunText.tags(tags), on: id, in: db)
    try RunStore.setStatus(.scheduled, of: id, in: db)
  }
}
