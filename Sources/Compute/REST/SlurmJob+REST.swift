import JSONCoding

/// A job as slurmrestd tells it.
extension SlurmJob {
  /// What is read of each.
  static let restKeys: Set<String> = [
    "job_id", "array_job_id", "array_task_id", "array_task_string", "name", "job_state",
    "state_reason", "state_description", "nodes",
  ]

  /// The jobs of one record of the controller's: more than one where tasks of an array share it.
  static func records(_ value: JSONValue) -> [SlurmJob] {
    guard let number = value["job_id"]?.slurmNumber else { return [] }
    let job = SlurmJob(
      id: "\(number)", name: value["name"]?.stringValue ?? "",
      state: SlurmState(value["job_state"]?.slurmWord ?? ""),
      reason: reason(of: value), nodes: value["nodes"]?.stringValue ?? "")
    guard let array = value["array_job_id"]?.slurmNumber, array > 0 else { return [job] }
    if let task = value["array_task_id"]?.slurmNumber {
      return [job.named(SlurmArrayScript.taskId("\(array)", Int(task)))]
    }
    let tasks = tasks(value["array_task_string"]?.stringValue ?? "")
    let all = tasks.map { job.named(SlurmArrayScript.taskId("\(array)", $0)) }
    // Canceled before they began, they may stand there without their numbers.
    if case .over = job.state.phase { return all + [job.named("\(array)")] }
    return all.isEmpty ? [job] : all
  }

  /// A job of the accounts; nil where the record is something else.
  init?(account value: JSONValue) {
    guard let state = value["state"]?["current"]?.slurmWord, let id = Self.accountId(value) else {
      return nil
    }
    let nodes = value["nodes"]?.stringValue ?? ""
    self.init(
      id: id, name: value["name"]?.stringValue ?? "", state: SlurmState(state),
      reason: Self.reason(value["state"]?["reason"]), nodes: nodes == "None assigned" ? "" : nodes)
  }

  /// The id of a record of the accounts: `12`, or `12_3` of a task of an array.
  static func accountId(_ value: JSONValue) -> String? {
    guard let number = value["job_id"]?.slurmNumber else { return nil }
    let array = value["array"]
    guard let job = array?["job_id"]?.slurmNumber, job > 0,
      let task = array?["task_id"]?.slurmNumber
    else { return "\(number)" }
    return SlurmArrayScript.taskId("\(job)", Int(task))
  }

  /// The numbers in `0-20%2`, `1,3,5-7` or `0-20:4`; the last one of a list that Slurm has cut short (`…`) is
  /// left out, as it may be cut, too.
  static func tasks(_ text: String) -> [Int] {
    let list = text.split(separator: "%").first ?? ""
    var parts = list.split(separator: ",")
    if list.hasSuffix("...") { parts.removeLast() }
    return parts.flatMap { part -> [Int] in
      let halves = part.split(separator: ":")
      let ends = (halves.first ?? "").split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first <= last else { return [] }
      let step = halves.count == 2 ? Int(halves[1]) ?? 1 : 1
      return Array(stride(from: first, through: last, by: max(1, step)))
    }
  }

  /// Why a job of the controller's stands where it does; nil where nobody says.
  ///
  /// Its description, where there is one, as `squeue` does: of a job that no node could start and that was put back
  /// the word for the reason is that of one that a person holds.
  static func reason(of value: JSONValue) -> String? {
    reason(value["state_description"]) ?? reason(value["state_reason"])
  }

  private static func reason(_ value: JSONValue?) -> String? {
    let word = value?.stringValue ?? ""
    return word.isEmpty || word == "None" ? nil : word
  }

  private func named(_ id: String) -> SlurmJob {
    var job = self
    job.id = id
    return job
  }
}
