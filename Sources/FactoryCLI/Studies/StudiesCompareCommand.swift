internal import API
internal import ArgumentParser
internal import Basics
internal import Experimentation
internal import JobProtocol
internal import Optimization
import Foundation

/// Shows studies side by side.
struct StudiesCompareCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Shows searches side by side: how good they were after so many trials.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Identifiers of the studies, or their names.", valueName: "study"))
  var ids: [String]

  @Option(
    help: ArgumentHelp(
      "Write a page that needs nothing else: the best so far of each, by trials and seconds.",
      valueName: "file"))
  var html: String?

  func validate() throws {
    guard ids.count > 1 else { throw ValidationError("Name two studies or more.") }
  }

  func execute() async throws {
    var studies: [ComparedStudy] = []
    for id in ids {
      let wire = try await study(id)
      studies.append(ComparedStudy(wire: wire, told: try wire.told()))
    }
    let obstacle = ComparedStudy.obstacle(among: studies)
    let counts = ComparedStudy.budgets(of: studies)
    if let html { return try writePage(of: studies, counts, obstacle, to: html) }
    try global.output.show(
      StudyComparisonJSON(
        comparable: obstacle == nil, obstacle: obstacle,
        studies: studies.map { $0.json(counts) }),
      table: ComparedStudy.table(studies, counts), quiet: ids)
    global.output.note(
      obstacle.map { "Their values cannot be compared: \($0)." }
        ?? "Their values can be compared if their data are the same.")
  }

  private func writePage(
    of studies: [ComparedStudy], _ counts: [Int], _ obstacle: String?, to file: String
  ) throws {
    let page = StudyComparisonPage(
      studies.map { .init(id: $0.wire.id, name: $0.wire.name, study: $0.told) },
      metrics: studies[0].wire.metricNames,
      facts: [["study"] + studies.map { String($0.wire.id.prefix(14)) }]
        + ComparedStudy.facts(studies, counts).filter { $0.first != "name" },
      obstacle: obstacle, nowMs: Int64(Date().timeIntervalSince1970 * 1_000))
    let path = try PageFile.write(Array(page.html().utf8), to: file)
    try global.output.show(
      ComparisonPageJSON(html: path, studies: studies.map(\.wire.id)),
      text: "The searches are shown in \(path)", quiet: [path])
  }
}

/// What `studies compare --html FILE --output json` prints.
private struct ComparisonPageJSON: Encodable {
  var html: String
  var studies: [String]
}

/// One study beside others.
struct ComparedStudy {
  var wire: StudyWire
  var told: ToldStudy

  static func obstacle(among studies: [ComparedStudy]) -> String? {
    guard let first = studies.first else { return nil }
    for other in studies.dropFirst() {
      if first.wire.metricNames != other.wire.metricNames {
        return "they optimize different metrics"
      }
      if let obstacle = first.told.obstacle(to: other.told) { return obstacle }
    }
    return nil
  }

  /// Numbers of trials after which all of them are looked at, and the most that one has.
  static func budgets(of studies: [ComparedStudy]) -> [Int] {
    let most = studies.map(\.told.trials.count).max() ?? 0
    return [10, 25, 50, 100, 250, 500, 1_000].filter { $0 < most } + [most]
  }

  static func table(_ studies: [ComparedStudy], _ counts: [Int]) -> TextTable {
    TextTable(
      [TextTable.Column("")] + studies.map { TextTable.Column(String($0.wire.id.prefix(14))) },
      rows: facts(studies, counts))
  }

  /// Rows with a name and a cell for each study.
  static func facts(_ studies: [ComparedStudy], _ counts: [Int]) -> [[String]] {
    func row(_ name: String, _ value: (ComparedStudy) -> String) -> [String] {
      [name] + studies.map(value)
    }
    var rows = [
      row("name") { $0.wire.name }, row("goal") { $0.wire.aim },
      row("sampler") { $0.wire.sampler }, row("pruner") { $0.wire.pruner },
      row("space") { $0.fingerprint.map { String($0.prefix(8)) } ?? "–" },
      row("trials") { "\($0.told.trials.count)" },
      row("completed") { "\($0.completed)" },
      row("seconds") {
        $0.told.milliseconds.map { String(format: "%.1f", Double($0) / 1_000) } ?? "–"
      },
    ]
    let goals = studies.map(\.told.goals.count).max() ?? 1
    rows.append(
      goals > 1
        ? row("frontier") { $0.told.goals.count > 1 ? "\($0.told.frontier.count) trials" : "–" }
        : row("best trial") { $0.told.best.map { "\($0.number)" } ?? "–" })
    for goal in 0..<goals {
      let names = Set(
        studies.compactMap { study in
          study.wire.metricNames.indices.contains(goal) ? study.wire.metricNames[goal] : nil
        })
      let name = names.count == 1 ? names.first ?? "" : "value \(goal + 1)"
      rows += counts.map { count in
        row(goals > 1 ? "best \(name) of \(count)" : "best of \(count)") { study in
          guard study.told.trials.count >= count, study.told.goals.indices.contains(goal),
            let value = study.told.projected(on: goal).best(ofFirst: count)?.value
          else { return "–" }
          return String(format: "%.6g", value)
        }
      }
    }
    return rows
  }

  private var fingerprint: String? {
    told.isSpaceKnown ? told.space.fingerprint.hex : nil
  }

  private var completed: Int { told.trials.count { $0.outcome == .completed } }

  fileprivate func json(_ counts: [Int]) -> StudyComparisonJSON.Study {
    StudyComparisonJSON.Study(
      id: wire.id, name: wire.name, metric: wire.metric, goal: wire.goal, sampler: wire.sampler,
      pruner: wire.pruner, fingerprint: fingerprint, trials: told.trials.count,
      completed: completed, milliseconds: told.milliseconds, bestTrial: told.best?.number,
      bestOf: best(0, of: counts),
      goals: told.goals.count > 1
        ? zip(wire.metricNames, told.goals.indices).map { metric, goal in
          StudyComparisonJSON.Goal(metric: metric, bestOf: best(goal, of: counts))
        } : nil)
  }

  private func best(_ goal: Int, of counts: [Int]) -> [StudyComparisonJSON.Best] {
    let own = told.projected(on: goal)
    return counts.filter { $0 <= told.trials.count }.map { count in
      StudyComparisonJSON.Best(trials: count, value: own.best(ofFirst: count)?.value)
    }
  }
}

/// What `studies compare --output json` prints.
private struct StudyComparisonJSON: Encodable {
  struct Best: Encodable {
    var trials: Int
    var value: Double?
  }

  /// One of several goals.
  struct Goal: Encodable {
    var metric: String
    var bestOf: [Best]
  }

  struct Study: Encodable {
    var id: String
    var name: String
    var metric: String
    var goal: String
    var sampler: String
    var pruner: String
    var fingerprint: String?
    var trials: Int
    var completed: Int
    var milliseconds: Int64?
    var bestTrial: Int?
    var bestOf: [Best]
    var goals: [Goal]?
  }

  var comparable: Bool
  var obstacle: String?
  var studies: [Study]
}
