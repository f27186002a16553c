import JSONCoding

/// Reads what slurmrestd says about a cluster.
extension SlurmInventory {
  /// Largest index of an array, plus one, where nobody tells: Slurm's own default (slurm.conf(5), MaxArraySize).
  static let usualMaxArraySize = 1_001

  /// The partitions with their kinds of nodes; since v0.0.40 none tells that it is the default.
  static func partitions(
    _ partitions: [JSONValue], nodes: [JSONValue]
  ) -> [SiteInventory.Partition] {
    let isAlone = partitions.count == 1
    return partitions.compactMap { value in
      guard let name = value["name"]?.stringValue else { return nil }
      var kinds: [SiteInventory.NodeKind] = []
      for node in nodes
      where node["partitions"]?.arrayValue?.contains(where: { $0.stringValue == name }) == true {
        let kind = kind(of: node)
        if let index = kinds.firstIndex(where: { kind.isLike($0) }) {
          kinds[index].count += 1
        } else {
          kinds.append(kind)
        }
      }
      let flags = value["flags"]?.arrayValue ?? []
      return SiteInventory.Partition(
        name: name,
        isDefault: isAlone || flags.contains { $0.stringValue?.lowercased() == "default" },
        availability: availability(
          (value["state"] ?? value["partition"]?["state"])?.slurmWord ?? ""),
        timeLimitSeconds: seconds(value["max_time_limit"] ?? value["maximums"]?["time"]),
        usualTimeSeconds: seconds(value["default_time_limit"] ?? value["defaults"]?["time"]),
        nodes: kinds)
    }
  }

  /// Seconds of a limit in minutes; nil for none, which is -1 or missing until v0.0.38.
  private static func seconds(_ minutes: JSONValue?) -> Int64? {
    minutes?.slurmNumber.flatMap { $0 > 0 ? $0 * 60 : nil }
  }

  private static func kind(of node: JSONValue) -> SiteInventory.NodeKind {
    var kind = SiteInventory.NodeKind(
      count: 1, cpus: Int(node["cpus"]?.slurmNumber ?? 0),
      memoryBytes: (node["real_memory"]?.slurmNumber ?? 0) << 20,
      gpus: gpus(node["gres"]?.stringValue ?? ""))
    kind.gpuTypes = gpuTypes(node["gres"]?.stringValue ?? "")
    // A text until v0.0.38, later a list.
    kind.features =
      node["features"]?.arrayValue?.compactMap(\.stringValue)
      ?? node["features"]?.stringValue.map { features($0) }
    return kind
  }

  /// Slurm's word as `sinfo` has it.
  private static func availability(_ word: String) -> String {
    word == "INACTIVE" ? "inact" : word.lowercased()
  }

  /// The accounts that somebody's jobs may be charged to; one that stands there for each of several partitions
  /// is one.
  static func accounts(_ associations: [JSONValue], of user: String) -> [SiteInventory.Account] {
    var accounts: [SiteInventory.Account] = []
    for value in associations where value["user"]?.stringValue == user {
      guard let name = value["account"]?.stringValue else { continue }
      let qos = (value["qos"]?.arrayValue ?? []).compactMap(\.stringValue)
      if let index = accounts.firstIndex(where: { $0.name == name }) {
        accounts[index].qos += qos.filter { !accounts[index].qos.contains($0) }
      } else {
        accounts.append(SiteInventory.Account(name: name, qos: qos))
      }
    }
    return accounts
  }
}

extension SiteInventory.NodeKind {
  /// Whether it differs in the count alone.
  fileprivate func isLike(_ other: SiteInventory.NodeKind) -> Bool {
    cpus == other.cpus && memoryBytes == other.memoryBytes && gpus == other.gpus
      && gpuTypes == other.gpuTypes && features == other.features
  }
}
