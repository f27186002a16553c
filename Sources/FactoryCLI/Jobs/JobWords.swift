internal import API
internal import Basics
internal import Experimentation
import Foundation

/// Addresses of jobs.
enum JobPath {
  /// An identifier as part of a path, whatever the user typed.
  static func escaped(_ id: String) -> String { FactoryClient.escaped(id) }

  /// The address of a job below the server's.
  static func of(_ id: String) -> String { "/api/v1/jobs/\(escaped(id))" }
}

extension JobWire {
  var hasEnded: Bool { state == "ended" }

  var hasSucceeded: Bool { hasEnded && reason == "succeeded" }

  /// One word that says most: the reason once there is one, else the state.
  var status: String { hasEnded ? reason ?? state : state }

  /// Its color in a table.
  var statusCell: TextTable.Cell {
    let color: TextColor? =
      switch status {
      case "succeeded": .good
      case "canceled_by_user": .faint
      case "queued", "running", "stopping": .active
      default: .bad
      }
    return TextTable.Cell(status, color: color)
  }

  /// How long the last attempt ran, or runs so far.
  var duration: String {
    guard let startedAtMs else { return "" }
    let end = endedAtMs ?? Int64(Date().timeIntervalSince1970 * 1_000)
    return "\(TimeSpan(milliseconds: max(0, end - startedAtMs)))"
  }

  /// Its name, and its index in an array.
  var indexedName: String { array.map { "\(name)[\($0.index)]" } ?? name }

  /// The command as a shell would take it.
  var commandLine: String { ShellWords.joined(command) }

  /// Everything about one job.
  var properties: TextTable {
    var rows: [(String, TextTable.Cell)] = [
      ("job", .init(id)), ("name", .init(name)), ("status", statusCell),
    ]
    if let message { rows.append(("message", .init(message))) }
    if let progress {
      let share = progress.share.map { " \(Int(($0 * 100).rounded())) %" } ?? ""
      rows.append(("progress", .init("\(progress.phase)\(share) \(progress.message)")))
    }
    if let exitCode { rows.append(("exit code", .init("\(exitCode)"))) }
    if let signal { rows.append(("signal", .init("\(signal)"))) }
    rows += [
      ("command", .init(commandLine)), ("attempt", .init("\(attempt)")),
      ("submitted", .init(Self.time(createdAtMs))),
    ]
    if site != "local" {
      rows.append(("site", .init(engineId.map { "\(site), job \($0) there" } ?? site)))
      if let engineState { rows.append(("Slurm says", .init(engineState))) }
    }
    if let accounts { rows.append(("accounts", .init(accounts.words))) }
    if let array {
      rows.append(("array", .init("\(array.id), \(array.words)")))
    }
    if let after { rows.append(("after", .init(after.joined(separator: ", ")))) }
    if let service { rows.append(("service", .init(service))) }
    if let dataset { rows.append(("data", .init(dataset))) }
    if let code { rows.append(("code", .init("snapshot \(code.prefix(16))"))) }
    if let software { rows.append(("software", .init(software.words))) }
    if let outputs { rows.append(("keeps", .init(outputs.joined(separator: ", ")))) }
    if let restartWords { rows.append(("restarts", .init(restartWords))) }
    if let run { rows.append(("run", .init(run))) }
    if let startedAtMs { rows.append(("started", .init(Self.time(startedAtMs)))) }
    if startedAtMs != nil { rows.append(("ran", .init(duration))) }
    for step in steps ?? [] { rows.append(("step", .init(step.words))) }
    if let energyWords { rows.append(("energy", .init(energyWords))) }
    for words in emissions { rows.append(("emitted", .init(words))) }
    rows += [("asks for", .init(resources)), ("used", .init(used)), ("folder", .init(folder))]
    return .properties(rows)
  }

  /// Joules since its attempt began, how they were found, and what they come from; nil where nothing is known.
  private var energyWords: String? {
    guard let load else { return energySource.map { "from \($0)" } }
    var words = ["\(String(format: "%.0f", load.energyJoules)) J (\(load.energyMethod))"]
    if let energySource { words.append("from \(energySource)") }
    return words.joined(separator: ", ")
  }

  /// What its energy emitted: of what runs, else of its accelerators, and by its cluster's accounts.
  private var emissions: [String] {
    [
      load?.emission?.words,
      load == nil ? usage.gpu?.emission.map { "by GPUs: \($0.words)" } : nil,
      accounts?.emission.map { "by the accounts: \($0.words)" },
    ].compactMap(\.self)
  }

  /// When it is started again by itself, and how often it was.
  private var restartWords: String? {
    guard let restart else { return nil }
    let most = restart.atMost.map { " of at most \($0)" } ?? ""
    let last = restartReason.map { ", last after \($0)" } ?? ""
    return "\(restarts)\(most), on \(restart.on.joined(separator: ", "))\(last)"
  }

  private var resources: String {
    var words = ["\(cpus) CPU\(cpus == 1 ? "" : "s")"]
    if nodes > 1 { words[0] = "\(nodes) nodes, on each \(words[0])" }
    if gpus > 0 {
      words.append("\(gpus) GPU\(gpus == 1 ? "" : "s")" + (gpuType.map { " \($0)" } ?? ""))
    }
    if let features { words.append("features \(features.joined(separator: " "))") }
    if let memoryBytes {
      let method = usage.memoryMethod.map { " (enforced: \($0))" } ?? ""
      words.append("\(ByteCount(bytes: memoryBytes)) of memory\(method)")
    }
    if let timeLimitMs { words.append("at most \(TimeSpan(milliseconds: timeLimitMs))") }
    if let isolation {
      words.append(isolation.network == false ? "kept apart, without network" : "kept apart")
    }
    if priority != 0 { words.append("priority \(priority)") }
    return words.joined(separator: ", ")
  }

  private var used: String {
    var words = [
      "\(TimeSpan(milliseconds: usage.cpuMs)) of CPU time",
      "\(ByteCount(bytes: usage.maxRssBytes)) of memory",
    ]
    if let gpuHours { words.append(gpuHours) }
    if let gpu = usage.gpu { words += gpu.words }
    if usage.droppedOutputBytes > 0 {
      words.append("\(ByteCount(bytes: usage.droppedOutputBytes)) of output dropped")
    }
    return words.joined(separator: ", ")
  }

  /// For how long it had how many accelerators, busy or not, in its last attempt; nil where it had none.
  private var gpuHours: String? {
    guard gpus > 0, let startedAtMs else { return nil }
    let end = endedAtMs ?? Int64(Date().timeIntervalSince1970 * 1_000)
    let hours = Double(max(0, end - startedAtMs)) * Double(gpus * nodes) / 3_600_000
    return "\(String(format: "%.3f", hours)) GPU hours"
  }

  static func time(_ ms: Int64) -> String {
    Date(timeIntervalSince1970: Double(ms) / 1_000)
      .formatted(.iso8601.dateTimeSeparator(.space))
  }
}

extension JobArrayPlaceWire {
  /// Where it stands, in a line.
  fileprivate var words: String {
    "\(index) of 0…\(count - 1)" + (atMost.map { ", at most \($0) at once" } ?? "")
  }
}

extension JobSoftwareWire {
  /// What it is, in a line.
  var words: String {
    var words = (modules ?? []).map { "module \($0)" }
    if let requirements { words.append("Python with requirements \(requirements.prefix(16))") }
    if let container { words.append("container \(container)") }
    return words.joined(separator: ", ")
  }
}

extension JobWire.GPU {
  /// What accelerators did, in parts of a line.
  fileprivate var words: [String] {
    var words: [String] = []
    if measuredMs > 0 {
      let share = Double(busyMs) / Double(measuredMs) * 100
      words.append("GPUs busy \(Int(share.rounded())) % of the time")
    }
    if let maxMemoryBytes { words.append("\(ByteCount(bytes: maxMemoryBytes)) of GPU memory") }
    if let energyJoules { words.append("\(String(format: "%.0f", energyJoules)) J of GPUs") }
    return words
  }
}

extension EmissionWire {
  /// What was emitted and by which figure, in a part of a line.
  fileprivate var words: String { String(format: "%.3g g CO2e", co2eGrams) + " at \(method)" }
}

extension JobAccountWire {
  /// What was charged and used, in a line.
  fileprivate var words: String {
    var words = [
      "\(TimeSpan(milliseconds: elapsedSeconds * 1_000)) of \(allocated)",
      "\(String(format: "%.2f", Double(allocatedCoreSeconds) / 3_600)) core hours",
      "\(TimeSpan(milliseconds: usedCpuMs)) of CPU time",
    ]
    if let maxRssBytes { words.append("\(ByteCount(bytes: maxRssBytes)) of memory") }
    if let energyJoules { words.append("\(energyJoules) J") }
    if !account.isEmpty { words.append("charged to \(account)") }
    return words.joined(separator: ", ")
  }
}

extension JobArrayWire {
  var hasEnded: Bool { states["ended"] == count }

  var hasSucceeded: Bool { reasons["succeeded"] == count }

  /// One word that says most.
  var status: String {
    if hasSucceeded { return "succeeded" }
    if hasEnded { return "ended" }
    return states["queued"] == count ? "queued" : "running"
  }

  /// How many jobs are where, the furthest first: `3 succeeded, 1 failed, 2 running`.
  var words: String {
    let ended = reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let going = ["stopping", "running", "queued"].map { ($0, states[$0] ?? 0) }
    return (ended.map { ($0.key, $0.value) } + going).filter { $0.1 > 0 }
      .map { "\($0.1) \($0.0)" }.joined(separator: ", ")
  }

  /// Everything about the array.
  var properties: TextTable {
    .properties([
      ("array", .init(id)), ("name", .init(name)), ("site", .init(site)),
      ("jobs", .init(atMost.map { "\(count), at most \($0) at once" } ?? "\(count)")),
      ("status", .init(status)), ("of them", .init(words)),
    ])
  }
}
