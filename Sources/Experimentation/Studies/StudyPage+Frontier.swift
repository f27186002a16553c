import Optimization

/// The section about several goals.
extension StudyPage {
  /// Goals of which each pair has a picture.
  private static let mostPaired = 4
  /// Trials of the frontier in the table.
  private static let mostMembers = 50

  /// Pictures of each two goals, the trials of the frontier, and what decided about each goal.
  var frontierSection: String {
    guard let frontier, !frontier.members.isEmpty else { return "" }
    let shown = frontier.members.prefix(Self.mostMembers)
    let names = study.space.parameters.prefix(12).map(\.name)
    let rows = shown.map { member in
      ["\(member.number)"]
        + member.values.enumerated().map { goal, value in
          NumberText.short(value, among: shown.map { $0.values[goal] })
        }
        + names.map { name in
          guard let text = member.parameters[name] else { return "–" }
          return escaped(Double(text).map(NumberText.short) ?? shortened(text, to: 24))
        }
    }
    let table = HTML.table(
      [.number("Trial")] + frontier.metrics.map { .number($0) } + names.map { .text($0) },
      rows: rows)
    let cut = frontier.members.count - shown.count
    return HTML.section(
      "frontier", "Frontier",
      lead: "\(NumberText.grouped(frontier.members.count)) of "
        + "\(NumberText.grouped(frontier.trials.count)) completed trials are beaten by no other in "
        + "every goal; who wants more of one has to give up some of another."
        + (frontier.infeasible.isEmpty
          ? ""
          : " Red ones, \(NumberText.grouped(frontier.infeasible.count)) in all, broke a constraint "
            + "and do not count."),
      html: HTML.charts(pictures(frontier)) + table
        + (cut > 0 ? HTML.notes(["\(cut) more are not listed."]) : "")
        + importances(frontier))
  }

  private func pictures(_ frontier: StudyFrontier) -> [String] {
    let goals = frontier.goals.indices.prefix(Self.mostPaired)
    var figures: [String] = []
    for second in goals {
      for first in goals where first < second {
        func place(_ member: StudyFrontier.Member) -> (x: Double, y: Double) {
          (member.values[first], member.values[second])
        }
        let (x, y) = (frontier.metrics[first], frontier.metrics[second])
        let chart = FrontierChart(
          xName: x, yName: y, xGoal: frontier.goals[first], yGoal: frontier.goals[second],
          trials: frontier.trials.map(place), infeasible: frontier.infeasible.map(place),
          frontier: frontier.members.map(place), isEdge: frontier.goals.count == 2)
        figures.append(
          HTML.figure(
            "\(x) and \(y)", svg: chart.svg(label: "Trials over \(x) and \(y)"),
            caption: "\(Self.wish(frontier.goals[first], first: true)) \(x) and "
              + "\(Self.wish(frontier.goals[second])) \(y) are good. Large dots are the frontier."
              + Self.latest(FrontierChart.mostTrials, of: frontier.trials.count)))
      }
    }
    return figures
  }

  private static func wish(_ goal: OptimizationGoal, first: Bool = false) -> String {
    switch goal {
    case .minimize: first ? "Small" : "small"
    case .maximize: first ? "Large" : "large"
    }
  }

  /// A column for each goal.
  private func importances(_ frontier: StudyFrontier) -> String {
    let known = zip(frontier.metrics, frontier.importances).compactMap { metric, importance in
      importance.map { (metric: metric, shares: $0.shares) }
    }
    guard let first = known.first else { return "" }
    let rows = first.shares.prefix(20).map { share in
      [escaped(share.name)]
        + known.map { column in
          let own = column.shares.first { $0.name == share.name }
          return own.map { NumberText.percent($0.value) } ?? "–"
        }
    }
    return "<h3>What decided about each goal (functional ANOVA)</h3>"
      + HTML.table([.text("Parameter")] + known.map { .number($0.metric) }, rows: rows)
  }
}
