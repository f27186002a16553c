import JSONCoding

extension SlurmAccount {
  /// The job of a record of slurmrestd's accounts; nil where it is something else.
  init?(_ value: JSONValue) {
    guard let id = SlurmJob.accountId(value), let state = value["state"]?["current"]?.slurmWord
    else { return nil }
    let steps = value["steps"]?.arrayValue ?? []
    let given = value["tres"]?["allocated"]?.arrayValue ?? []
    let time = value["time"]
    (self.id, self.state) = (id, state)
    partition = value["partition"]?.stringValue ?? ""
    account = value["account"]?.stringValue ?? ""
    qos = value["qos"]?.stringValue ?? ""
    let nodes = value["nodes"]?.stringValue ?? ""
    self.nodes = nodes == "None assigned" ? "" : nodes
    allocated = Self.allocated(given)
    elapsedSeconds = time?["elapsed"]?.slurmNumber ?? 0
    let cores = given.first { $0["type"]?.stringValue == "cpu" }?["count"]?.slurmNumber ?? 0
    allocatedCoreSeconds = elapsedSeconds * cores
    // The job's own sum is empty while its steps have theirs.
    usedCpuMs = max(
      Self.milliseconds(time?["total"]),
      steps.reduce(0) { $0 + Self.milliseconds($1["time"]?["total"]) })
    maxRssBytes = steps.compactMap { step -> Int64? in
      let most = step["tres"]?["requested"]?["max"]?.arrayValue ?? []
      return most.first { $0["type"]?.stringValue == "mem" }?["count"]?.slurmNumber
    }.max().flatMap { $0 > 0 ? $0 : nil }
    // Without a plug-in for energy it is zero.
    energyJoules = steps.compactMap { $0["statistics"]?["energy"]?["consumed"]?.slurmNumber }
      .max().flatMap { $0 > 0 ? $0 : nil }
  }

  /// `billing=4,cpu=4,gres/gpu=1,mem=8M,node=1`, as `sacct` writes it.
  private static func allocated(_ given: [JSONValue]) -> String {
    given.compactMap { resource -> String? in
      guard let type = resource["type"]?.stringValue, let count = resource["count"]?.slurmNumber,
        type != "energy"
      else { return nil }
      let name = resource["name"]?.stringValue ?? ""
      return "\(type)\(name.isEmpty ? "" : "/" + name)=\(count)\(type == "mem" ? "M" : "")"
    }.sorted().joined(separator: ",")
  }

  private static func milliseconds(_ time: JSONValue?) -> Int64 {
    (time?["seconds"]?.slurmNumber ?? 0) * 1_000 + (time?["microseconds"]?.slurmNumber ?? 0) / 1_000
  }
}
