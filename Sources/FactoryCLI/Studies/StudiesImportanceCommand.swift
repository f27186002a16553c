internal import API
internal import ArgumentParser
internal import Optimization
import Foundation

/// Shows which parameters of a search mattered.
struct StudiesImportanceCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "importance", abstract: "Shows how much each parameter of a search mattered.",
    discussion: """
      fanova: the share of the variance over the whole space that a parameter makes alone, and \
      pairs beyond that (Hutter, Hoos, Leyton-Brown 2014). permutation: how much more wrong a \
      forest gets about trials it has not seen when a parameter's values are exchanged.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Identifier of the study, or its name.", valueName: "study"))
  var id: String

  @Option(help: "fanova or permutation.")
  var method = Word.fanova

  @Option(
    help: ArgumentHelp(
      "Of several goals that one alone: its metric, or its number.", valueName: "metric"))
  var goal: String?

  @Option(help: "Seed of the forest's draws.")
  var seed: UInt64 = 0

  /// The methods as words of the command line.
  enum Word: String, CaseIterable, ExpressibleByArgument {
    case fanova, permutation

    var method: ParameterImportance.Method {
      switch self {
      case .fanova: .fanova
      case .permutation: .permutation
      }
    }
  }

  func execute() async throws {
    let study = try await study(id)
    let place = try study.goal(goal)
    guard place != nil || study.goals == nil else { return try showAll(study) }
    let importance = try ParameterImportance(
      of: study.told().history, goal: place ?? 0, method: method.method, seed: seed)
    let rows = importance.shares.map { share in
      [
        TextTable.Cell(share.name), TextTable.Cell(Self.percent(share.value)),
        TextTable.Cell(Self.percent(share.deviation)),
        TextTable.Cell("\(share.trialCount)"), TextTable.Cell(Self.bar(share.value)),
      ]
    }
    let pairs = importance.pairs.prefix(3).filter { $0.value >= 0.01 }.map { pair in
      [
        TextTable.Cell("\(pair.first) × \(pair.second)"), TextTable.Cell(Self.percent(pair.value)),
        TextTable.Cell(Self.percent(pair.deviation)), TextTable.Cell(""),
        TextTable.Cell(Self.bar(pair.value)),
      ]
    }
    try global.output.show(
      StudyImportanceJSON(study.id, importance),
      table: TextTable(
        ["PARAMETER", .number("SHARE"), .number("±"), .number("TRIALS"), ""], rows: rows + pairs),
      quiet: importance.shares.map(\.name))
    global.output.note(Self.trust(importance))
  }

  /// A column for each of several goals.
  private func showAll(_ study: StudyWire) throws {
    let (names, history) = (study.metricNames, try study.told().history)
    var measured: [(name: String, importance: ParameterImportance)] = []
    var obstacles: [(name: String, error: OptimizationError)] = []
    for (goal, name) in names.enumerated() {
      do throws(OptimizationError) {
        let importance = try ParameterImportance(
          of: history, goal: goal, method: method.method, seed: seed)
        measured.append((name, importance))
      } catch {
        obstacles.append((name, error))
      }
    }
    // Of a goal whose values are all the same nothing can be told; of the others it can.
    if measured.isEmpty, let obstacle = obstacles.first { throw obstacle.error }
    let (told, all) = (measured.map(\.name), measured.map(\.importance))
    var columns: [TextTable.Column] = ["PARAMETER"]
    columns += told.map { TextTable.Column.number($0.uppercased()) }
    let parameters = all.first?.shares.map(\.name) ?? []
    let rows = parameters.map { name in
      var cells = [TextTable.Cell(name)]
      for importance in all {
        let share = importance.shares.first { $0.name == name }
        cells.append(TextTable.Cell(share.map { Self.percent($0.value) } ?? "–"))
      }
      return cells
    }
    try global.output.show(
      StudyImportancesJSON(
        study: study.id,
        goals: zip(told, all).map { name, importance in
          var json = StudyImportanceJSON(study.id, importance)
          json.metric = name
          return json
        }),
      table: TextTable(columns, rows: rows),
      quiet: parameters)
    for (name, importance) in zip(told, all) {
      global.output.note("\(name): " + Self.trust(importance))
    }
    for obstacle in obstacles {
      global.output.note("\(obstacle.name): \(obstacle.error.message).")
    }
  }

  private static func percent(_ share: Double) -> String {
    String(format: "%.1f %%", share * 100)
  }

  /// Eighths of a character; twenty are everything.
  static func bar(_ share: Double) -> String {
    let eighths = Int((min(max(share, 0), 1) * 160).rounded())
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
  }

  private static func trust(_ importance: ParameterImportance) -> String {
    var words = "\(importance.trialCount) completed trials"
    if let explained = importance.explained {
      words += "; the forest explains \(percent(max(explained, 0))) of the variance of trials "
      words += "that it has not seen" + (explained < 0.3 ? ": too little to rely on" : "")
    }
    for branch in importance.branches {
      guard let explained = branch.explained else { continue }
      words += "; of the \(branch.trialCount) with \(branch.names.joined(separator: ", ")) one of "
      words += "their own explains \(percent(max(explained, 0)))"
      words += explained < 0.3 ? ": too little to rely on" : ""
    }
    if !importance.unknown.isEmpty {
      words += "; too few trials had \(importance.unknown.joined(separator: ", "))"
    }
    return words + "."
  }
}

/// What `studies importance --output json` prints of a study with several goals.
private struct StudyImportancesJSON: Encodable {
  var study: String
  var goals: [StudyImportanceJSON]
}

/// What `studies importance --output json` prints.
struct StudyImportanceJSON: Encodable {
  struct Share: Encodable {
    var name: String
    var share: Double
    var deviation: Double
    var trials: Int
  }

  /// Parameters that exist under the same condition.
  struct Branch: Encodable {
    var names: [String]
    var trials: Int
    var explained: Double?
  }

  struct Pair: Encodable {
    var names: [String]
    var share: Double
    var deviation: Double
  }

  var study: String
  /// Of which of several goals.
  var metric: String?
  var method: String
  var trials: Int
  var explained: Double?
  var parameters: [Share]
  var pairs: [Pair]
  var branches: [Branch]?
  var unknown: [String]

  init(_ study: String, _ importance: ParameterImportance) {
    self.study = study
    method = importance.method.rawValue
    trials = importance.trialCount
    explained = importance.explained
    parameters = importance.shares.map {
      Share(name: $0.name, share: $0.value, deviation: $0.deviation, trials: $0.trialCount)
    }
    pairs = importance.pairs.map {
      Pair(names: [$0.first, $0.second], share: $0.value, deviation: $0.deviation)
    }
    if !importance.branches.isEmpty {
      branches = importance.branches.map {
        Branch(names: $0.names, trials: $0.trialCount, explained: $0.explained)
      }
    }
    unknown = importance.unknown
  }
}
