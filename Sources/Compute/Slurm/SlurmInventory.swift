/// Reads what `sinfo` and `scontrol show config` say about a cluster.
enum SlurmInventory {
  /// The fields that `sinfo --exact` is asked for: partition, availability, time limit, nodes, CPUs,
  /// memory in MiB, generic resources, time of jobs that ask for none, features.
  static let format = "%P|%a|%l|%D|%c|%m|%G|%L|%f"

  /// The inventory of both texts.
  static func read(sinfo: String, configuration: String, atMs: Int64) -> SiteInventory {
    let settings = settings(configuration)
    var inventory = SiteInventory(
      cluster: settings["ClusterName"] ?? "", version: settings["SLURM_VERSION"] ?? "",
      partitions: partitions(sinfo),
      maxArraySize: settings["MaxArraySize"].flatMap { Int($0) },
      hasAccounting: settings["AccountingStorageType"]?.hasSuffix("/slurmdbd") ?? false,
      discoveredAtMs: atMs)
    inventory.enforcesAccounts = settings["AccountingStorageEnforce"].map {
      $0.contains("associations")
    }
    return inventory
  }

  static func partitions(_ text: String) -> [SiteInventory.Partition] {
    var partitions: [SiteInventory.Partition] = []
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: "|", omittingEmptySubsequences: false)
      guard parts.count >= 8, !parts[0].isEmpty else { continue }
      let isDefault = parts[0].hasSuffix("*")
      let name = String(isDefault ? parts[0].dropLast() : parts[0])
      // `4+`: not all nodes of the group have more.
      var kind = SiteInventory.NodeKind(
        count: number(parts[3]), cpus: number(parts[4]),
        memoryBytes: Int64(number(parts[5])) << 20, gpus: gpus(parts[6]))
      kind.gpuTypes = gpuTypes(parts[6])
      if parts.count > 8 { kind.features = features(parts[8]) }
      if let index = partitions.firstIndex(where: { $0.name == name }) {
        partitions[index].nodes.append(kind)
      } else {
        partitions.append(
          SiteInventory.Partition(
            name: name, isDefault: isDefault, availability: String(parts[1]),
            timeLimitSeconds: seconds(parts[2]), usualTimeSeconds: seconds(parts[7]),
            nodes: [kind]))
      }
    }
    return partitions
  }

  /// The accounts of `sacctmgr --parsable2 show associations format=Account,QOS`, in their order; one that
  /// stands there for each of several partitions is one.
  static func accounts(_ text: String) -> [SiteInventory.Account] {
    var accounts: [SiteInventory.Account] = []
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[0].isEmpty else { continue }
      let qos = parts[1].split(separator: ",").map(String.init)
      if let index = accounts.firstIndex(where: { $0.name == parts[0] }) {
        accounts[index].qos += qos.filter { !accounts[index].qos.contains($0) }
      } else {
        accounts.append(SiteInventory.Account(name: parts[0], qos: qos))
      }
    }
    return accounts
  }

  /// Accelerators in a list of generic resources: `gpu:a100:4(S:0-1),shard:8` are four.
  static func gpus(_ text: some StringProtocol) -> Int {
    text.split(separator: ",").reduce(0) { sum, resource in
      let words = resource.split(separator: "(").first?.split(separator: ":") ?? []
      guard words.first == "gpu" else { return sum }
      return sum + (words.count > 1 ? Int(words[words.count - 1]) ?? 1 : 1)
    }
  }

  /// How many accelerators of each kind that is told there are: `gpu:a100:4(S:0-1)` has four of `a100`.
  static func gpuTypes(_ text: some StringProtocol) -> [String: Int] {
    var types: [String: Int] = [:]
    for resource in String(text).split(separator: ",") {
      let words = resource.prefix { $0 != "(" }.split(separator: ":").map { String($0) }
      guard words.count == 3, words[0] == "gpu", let count = Int(words[2]) else { continue }
      types[words[1], default: 0] += count
    }
    return types
  }

  /// Features of nodes, which are separated by commas; `(null)` for none.
  static func features(_ text: some StringProtocol) -> [String] {
    let text = String(text)
    return text == "(null)" ? [] : text.split(separator: ",").map { String($0) }
  }

  /// Seconds of `days-hours:minutes:seconds` with what is missing at its left; nil for no limit.
  static func seconds(_ text: some StringProtocol) -> Int64? {
    let halves = text.split(separator: "-")
    guard let clock = halves.last, let days = halves.count == 2 ? Int64(halves[0]) : 0 else {
      return nil
    }
    var seconds: Int64 = 0
    for part in clock.split(separator: ":") {
      guard let value = Int64(part) else { return nil }
      seconds = seconds * 60 + value
    }
    return days * 86_400 + seconds
  }

  private static func number(_ text: Substring) -> Int { Int(text.prefix { $0.isNumber }) ?? 0 }

  private static func settings(_ text: String) -> [String: String] {
    var settings: [String: String] = [:]
    for line in text.split(separator: "\n") {
      guard let equals = line.firstIndex(of: "=") else { continue }
      let name = line[..<equals].split(whereSeparator: \.isWhitespace).joined()
      let value = line[line.index(after: equals)...].split(separator: " ").joined(separator: " ")
      settings[name] = value
    }
    return settings
  }
}
