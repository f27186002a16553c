internal import API
internal import ArgumentParser
internal import Basics
internal import JobProtocol
internal import Optimization
import Foundation

/// Shows studies side by side.
struct StudiesCompareCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Shows searches side by side: how good they were after so many trials.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Identifiers of the studies.", valueName: "study"))
  var ids: [String]

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
    try global.output.show(
      StudyComparisonJSON(
        comparable: obstacle == nil, obstacle: obstacle,
        studies: studies.map { $0.json(counts) }),
      table: ComparedStudy.table(studies, counts), quiet: ids)
    global.output.note(
      obstacle.map { "Their values cannot be compared: \($0)." }
        ?? "Their values can be compared if their data are the same.")
  }
}

/// One study beside others.
struct ComparedStudy {
  var wire: StudyWire
  var told: ToldStudy

  static func obstacle(among studies: [ComparedStudy]) -> String? {
    guard let first = studies.first else { return nil }
    for other in studies.dropFirst() {
      if first.wire.metric != other.wire.metric { return "they optimize different metrics" }
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
    func row(_ name: String, _ value: (ComparedStudy) -> String) -> [TextTable.Cell] {
      [TextTable.Cell(name)] + studies.map { TextTable.Cell(value($0)) }
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
      row("best trial") { $0.told.best.map { "\($0.number)" } ?? "–" },
    ]
    rows += counts.map { count in
      row("best of \(count)") { study in
        guard study.told.trials.count >= count else { return "–" }
        return study.told.best(ofFirst: count)?.value.map { String(format: "%.6g", $0) } ?? "–"
      }
    }
    return TextTable(
      [TextTable.Column("")] + studies.map { TextTable.Column(String($0.wire.id.prefix(14))) },
      rows: rows)
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
      bestOf: counts.filter { $0 <= told.trials.count }.map { count in
        StudyComparisonJSON.Best(trials: count, value: told.best(ofFirst: count)?.value)
      })
  }
}

/// What `studies compare --output json` prints.
private struct StudyComparisonJSON: Encodable {
  struct Best: Encodable {
    var trials: Int
    var value: Double?
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
  }

  var comparable: Bool
  var obstacle: String?
  var studies: [Study]
}
