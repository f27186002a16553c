import Foundation

/// Sentences for Slurm's reasons why a job waits (squeue(1), "JOB REASON CODES").
enum SlurmWaitWords {
  /// What a reason means and what can be done; nil for a word that is not known here.
  static func sentence(_ reason: String) -> String? {
    // `ReqNodeNotAvail, UnavailableNodes:n[1-3]`
    let word = reason.split(separator: ",").first.map(String.init) ?? reason
    if let known = sentences[word] { return known }
    if word.hasPrefix("AssocGrp") || word.hasPrefix("AssocMax") {
      return "A limit of the account is reached: it starts when other jobs of the account end."
    }
    if word.hasPrefix("QOS") {
      return "A limit of the quality of service is reached: it starts when other jobs end."
    }
    return nil
  }

  /// The time in what `sbatch --test-only` says: `Job 5 to start at 2026-11-26T23:50:00 using 4 processors on …`.
  static func start(_ text: String) -> String? {
    guard let range = text.range(of: " to start at ") else { return nil }
    return text[range.upperBound...].split(whereSeparator: \.isWhitespace).first.map(String.init)
  }

  private static let isPutBackAndHeld =
    "Slurm could not start it, put it back and holds it: tell the help desk, then 'scontrol release'."

  private static let sentences = [
    "Priority": "Jobs with a higher priority go first.",
    "Resources":
      "It is the next in turn, and waits for nodes with enough free CPUs, memory or GPUs.",
    "None": "Slurm has not looked at it yet.",
    "JobHeldUser": "It is held: 'scontrol release' lets it go on.",
    "JobHeldAdmin": "The operators of the cluster hold it: only they can let it go on.",
    "Dependency": "It waits for another job.",
    "DependencyNeverSatisfied":
      "It waits for a job that failed, so it will never start: cancel it.",
    "PartitionDown": "The partition takes jobs but starts none for now.",
    "PartitionInactive": "The partition takes and starts no jobs for now.",
    "PartitionTimeLimit":
      "It asks for more time than the partition allows, so it will never start: ask for less with --time.",
    "PartitionNodeLimit":
      "It asks for more nodes than the partition allows, so it will never start.",
    "PartitionConfig": "It asks for more than the partition can give, so it may never start.",
    "ReqNodeNotAvail": "Nodes that it needs are down, drained or reserved.",
    "Reservation": "It waits for its reservation.",
    "BeginTime": "Its earliest time has not come; a job that was put back waits a moment.",
    "Licenses": "It waits for a license.",
    "BadConstraints": "No node can ever fulfil what it asks for: cancel it and ask for less.",
    "InvalidAccount": "The account is not valid: see 'aifactory sites show'.",
    "InvalidQOS": "The quality of service is not valid: see 'aifactory sites show'.",
    "JobArrayTaskLimit":
      "As many jobs of its array run as may at once: it starts when one of them ends.",
    "NodeDown": "A node that it needs is down.",
    "Nodes required for job are DOWN":
      "The nodes that it needs are down, drained, or reserved for others.",
    "launch failed requeued held": isPutBackAndHeld,
    "launch_failed_requeued_held": isPutBackAndHeld,
    "Cleaning": "It was put back, and its earlier start is still being cleaned up.",
  ]
}
