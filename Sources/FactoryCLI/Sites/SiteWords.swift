internal import API
internal import Basics
internal import Foundation

extension SiteWire {
  /// The partition in which its jobs wait.
  private var ownPartition: Partition? {
    partitions.first { partition == nil ? $0.isDefault : $0.name == partition }
  }

  /// Nodes for its jobs.
  var nodeCount: Int { sum(\.count) }
  /// CPUs of them all.
  var cpuCount: Int { ownPartition?.nodes.reduce(0) { $0 + $1.count * $1.cpus } ?? 0 }
  /// Accelerators of them all.
  var gpuCount: Int { ownPartition?.nodes.reduce(0) { $0 + $1.count * $1.gpus } ?? 0 }

  private func sum(_ path: KeyPath<NodeKind, Int>) -> Int {
    ownPartition?.nodes.reduce(0) { $0 + $1[keyPath: path] } ?? 0
  }

  /// Everything about one site.
  var properties: TextTable {
    var rows: [(String, TextTable.Cell)] = [
      ("site", .init(name)), ("driver", .init(driver)),
    ]
    if let cluster { rows.append(("cluster", .init("\(cluster), Slurm \(version ?? "")"))) }
    for (title, value) in [
      ("ssh", ssh?.words), ("rest", rest?.words), ("token", rest?.tokenWords),
      ("scratch", scratch), ("partition", partition), ("account", account),
      ("qos", qos),
      ("commands", commands), ("slurm.conf", configuration),
    ] {
      if let value { rows.append((title, .init(value))) }
    }
    rows += declaration.rows
    for partition in partitions {
      rows.append((partition.isDefault ? "partition*" : "partition", .init(partition.words)))
    }
    if driver == "slurm" { rows.append(("accounts", .init(hasAccounting ? "kept" : "not kept"))) }
    for account in accounts ?? [] {
      let qos = account.qos.isEmpty ? "" : " (\(account.qos.joined(separator: ", ")))"
      rows.append(("may charge", .init(account.name + qos)))
    }
    if let discoveredAtMs { rows.append(("asked", .init(JobWire.time(discoveredAtMs)))) }
    return .properties(rows)
  }
}

extension SiteDeclarationWire {
  /// What its energy comes from and emits, in a line; nil where nobody said so.
  var energyWords: String? {
    var words = [energySource].compactMap(\.self)
    if let carbonGramsPerKwh {
      words.append(
        String(format: "%g g CO2e/kWh", carbonGramsPerKwh)
          + (carbonOrigin.map { " (\($0))" } ?? ""))
    }
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }

  /// The classes of data that it takes.
  var classWords: String { dataClasses?.joined(separator: ", ") ?? "all" }

  /// What is said of a site, in lines.
  fileprivate var rows: [(String, TextTable.Cell)] {
    var rows: [(String, TextTable.Cell)] = []
    if let location { rows.append(("location", .init(location))) }
    if let energyWords { rows.append(("energy", .init(energyWords))) }
    rows.append(("data classes", .init(classWords)))
    return rows
  }
}

extension SSHWire {
  /// The way to the login node, in one line.
  fileprivate var words: String {
    destination + (port.map { ", port \($0)" } ?? "") + (jump.map { ", by \($0)" } ?? "")
  }
}

extension RESTWire {
  /// Where it is, and who asks.
  fileprivate var words: String { "\(url), as \(user)" }

  /// Where the token comes from.
  fileprivate var tokenWords: String? {
    tokenFile ?? tokenVariable.map { "the server's variable \($0)" }
      ?? tokenCommand.map { "what '\($0)' prints" }
  }
}

extension SiteWire.Partition {
  /// What it has, in one line.
  var words: String {
    let kinds = nodes.map { kind in
      "\(kind.count) × (\(kind.cpus) CPUs, \(ByteCount(bytes: kind.memoryBytes))"
        + kind.extras + ")"
    }.joined(separator: " + ")
    let limit = timeLimitSeconds.map { ", at most \(TimeSpan(milliseconds: $0 * 1_000))" } ?? ""
    return "\(name): \(availability), \(kinds)\(limit)"
  }
}

extension SiteWire.NodeKind {
  /// Accelerators, by their kinds, and features.
  fileprivate var extras: String {
    var words = (gpuTypes ?? [:]).sorted { $0.key < $1.key }.map { "\($0.value) GPUs \($0.key)" }
    let others = gpus - (gpuTypes ?? [:]).values.reduce(0, +)
    if others > 0 { words.append("\(others) GPUs") }
    if let features, !features.isEmpty {
      words.append("features " + features.joined(separator: " "))
    }
    return words.map { ", " + $0 }.joined()
  }
}

extension SiteReportWire {
  /// A line for each part that was looked at.
  var table: TextTable {
    TextTable(
      ["", "CHECK", "WHAT WAS SEEN"],
      rows: checks.map { check in
        let color: TextColor? =
          switch check.verdict {
          case "works": .good
          case "fails": .bad
          default: .faint
          }
        return [
          TextTable.Cell(check.verdict, color: color), TextTable.Cell(check.name),
          TextTable.Cell(check.words),
        ]
      })
  }
}
