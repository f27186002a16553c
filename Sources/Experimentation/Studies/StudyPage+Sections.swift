import Basics
import JobProtocol
import Optimization

/// The sections of a search's page.
extension StudyPage {
  /// Parameters that are looked at one by one.
  private static let mostSlices = 16
  /// Parameters whose pairs are looked at.
  private static let mostPaired = 3

  /// How values went up or down, and what was running when.
  var courseSection: String {
    var figures: [String] = []
    let progress = ProgressChart(
      trials: completed.map { (number: $0.number, value: $0.value) }, isSmallGood: isSmallGood,
      name: metric, infeasible: Set(completed.filter(\.isInfeasible).map(\.number)))
    if let chart = progress.chart {
      figures.append(
        HTML.figure(
          "History", svg: chart.svg(label: "Value of each trial and the best so far"),
          caption: progress.caption + endless))
    }
    if let usual, let chart = distribution(usual) {
      figures.append(
        HTML.figure(
          "Distribution", svg: chart.svg(label: "Empirical distribution of the values"),
          caption: "The share of completed trials whose value is at most so large." + usual.note
            + endless))
    }
    if let chart = timeline {
      figures.append(
        HTML.figure(
          "Timeline", svg: chart.svg(label: "When each trial ran"),
          caption: "A bar is a trial, from its start to its end. Gray ones were stopped early, "
            + "red ones failed."))
    }
    guard !figures.isEmpty else { return "" }
    return HTML.section(
      "course", "Course",
      lead: frontier == nil
        ? "" : "From here on the page is about \(metric) alone; --goal chooses another.",
      html: HTML.charts(figures))
  }

  /// How many completed trials have no place in a picture; empty where all have one.
  private var endless: String {
    let count = study.trials.count { $0.outcome == .completed } - completed.count
    return count > 0 ? " Not drawn: \(NumberText.grouped(count)) without a finite value." : ""
  }

  /// Says that a picture has the latest trials alone; empty where it has all.
  static func latest(_ most: Int, of count: Int) -> String {
    count > most ? " The latest \(NumberText.grouped(most)) are drawn." : ""
  }

  /// The values of most trials.
  private var usual: UsualValues? {
    UsualValues(completed.map(\.value), isSmallGood: isSmallGood)
  }

  /// The share of trials with a value of so much or less: a step at each value.
  private func distribution(_ usual: UsualValues) -> LineChart? {
    let sorted = completed.map(\.value).sorted()
    guard usual.range.lowerBound < usual.range.upperBound else { return nil }
    var points: [(x: Double, y: Double)] = []
    let completed = study.trials.filter { $0.outcome == .completed }
    // What is infinite has a share as well, though no place.
    let (count, below) = (
      Double(completed.count), completed.count { $0.value == -Double.infinity }
    )
    for (place, value) in sorted.enumerated() where usual.range.contains(value) {
      points += [
        (value, Double(below + place) / count), (value, Double(below + place + 1) / count),
      ]
    }
    return LineChart(
      series: [LineChart.Series(name: "trials", points: points, style: "c1")], xName: metric,
      yName: "share of trials", yRange: 0...1, xScale: .telling(points.map(\.x), isTight: true))
  }

  private var timeline: TimelineChart? {
    guard let first = study.trials.map(\.startedAtMs).min(), study.trials.count > 1,
      study.trials.contains(where: { $0.endedAtMs > first })
    else { return nil }
    return TimelineChart(
      bars: study.trials.map { trial in
        TimelineChart.Bar(
          number: trial.number, start: Double(trial.startedAtMs - first) / 1_000,
          end: Double(trial.endedAtMs - first) / 1_000, style: Self.style(trial.outcome))
      })
  }

  private static func style(_ outcome: TrialReport.Outcome) -> String {
    switch outcome {
    case .completed: "c1"
    case .pruned: "muted"
    case .failed: "bad"
    }
  }

  /// Which parameters made the difference.
  var importanceSection: String {
    guard let importance else { return "" }
    var figures = [
      HTML.figure(
        "Functional ANOVA", svg: Self.bars(importance).svg(label: "Importance of parameters"),
        caption: "The share of the variance over the whole space that a parameter makes alone.")
    ]
    if let permutation {
      figures.append(
        HTML.figure(
          "Permutation", svg: Self.bars(permutation).svg(label: "Permutation importance"),
          caption: "How much more wrong the forest gets, in shares of the variance, when a "
            + "parameter's values are exchanged among trials that it has not seen."))
    }
    let pairs = importance.pairs.prefix(5).filter { $0.value >= 0.01 }.map {
      [escaped($0.first), escaped($0.second), NumberText.percent($0.value)]
    }
    let together =
      pairs.isEmpty
      ? ""
      : "<h3>Together, beyond what each does alone</h3>"
        + HTML.table([.text("Parameter"), .text("Parameter"), .number("Share")], rows: pairs)
    var notes = [Self.trust(importance)]
    notes += importance.branches.compactMap { branch in
      branch.explained.map { explained in
        "Of the \(NumberText.grouped(branch.trialCount)) that had "
          + "\(branch.names.joined(separator: ", ")), a forest of their own explains "
          + NumberText.percent(max(explained, 0))
          + (explained < 0.3 ? ": too little to rely on." : ".")
      }
    }
    if !importance.unknown.isEmpty {
      notes.append("Too few trials had \(importance.unknown.joined(separator: ", ")).")
    }
    return HTML.section(
      "importance", "Importance",
      lead: "From a forest grown from \(NumberText.grouped(importance.trialCount)) completed "
        + "trials. Parameters with a condition are judged among the trials that had them.",
      html: HTML.charts(figures) + together + HTML.notes(notes))
  }

  private static func trust(_ importance: ParameterImportance) -> String {
    guard let explained = importance.explained else {
      return "Nobody knows how well the forest predicts trials that it has not seen."
    }
    let words = "The forest explains \(NumberText.percent(max(explained, 0))) of the variance of "
    return words + "trials that it has not seen"
      + (explained < 0.3 ? ": too little to rely on these shares." : ".")
  }

  private static func bars(_ importance: ParameterImportance) -> BarChart {
    BarChart(
      bars: importance.shares.prefix(20).map { share in
        // A share of a variance is never negative; a gain by exchanging can be.
        let least = importance.method == .fanova ? 0 : -Double.infinity
        return BarChart.Bar(
          name: share.name, value: share.value, low: max(share.value - share.deviation, least),
          high: share.value + share.deviation, style: share.value > 0 ? "c1" : "muted",
          note: NumberText.percent(share.value))
      }, tickText: { "\(NumberText.grouped(Int(($0 * 100).rounded()))) %" })
  }

  /// Parameters in the order of their importance, where it is known.
  private var ranked: [SearchParameter] {
    let names = importance?.shares.map(\.name) ?? []
    let known = names.compactMap { study.space[$0] }
    return known + study.space.parameters.filter { !names.contains($0.name) }
  }

  /// The trials along each parameter.
  var slicesSection: String {
    let usual = usual
    let figures = ranked.prefix(Self.mostSlices).compactMap { parameter -> String? in
      let axis = ParameterAxis(parameter)
      let trials = completed.compactMap { trial in
        trial.point[parameter.name].map {
          (share: axis.share(of: $0), value: trial.value, isInfeasible: trial.isInfeasible)
        }
      }
      guard Set(trials.map(\.share)).count > 1 else { return nil }
      let place = best.flatMap { best in
        best.point[parameter.name].map { (share: axis.share(of: $0), value: best.value) }
      }
      let chart = SliceChart(
        axis: axis, valueName: metric, trials: trials, best: place,
        curve: landscape(of: parameter)?.curve(parameter.name, places: 32) ?? [],
        range: usual?.range)
      return HTML.figure(
        parameter.name, svg: chart.svg(label: "\(metric) along \(parameter.name)"),
        caption: condition(of: parameter))
    }
    guard !figures.isEmpty else { return "" }
    return HTML.section(
      "slices", "Slices",
      lead: "A dot is a trial, the large one the best. The line is what a forest expects when all "
        + "other parameters vary over their ranges, among those trials that have the parameter."
        + (completed.contains(where: \.isInfeasible) ? " Red ones broke a constraint." : "")
        + Self.latest(SliceChart.mostTrials, of: completed.count) + (usual?.note ?? ""),
      html: HTML.charts(figures))
  }

  private func condition(of parameter: SearchParameter) -> String {
    guard let condition = parameter.condition else { return "" }
    let words = condition.values.map(\.text).joined(separator: " or ")
    return "Exists where \(condition.parent) is \(words)."
  }

  private func landscape(of parameter: SearchParameter) -> SearchLandscape? {
    parameter.condition == nil ? landscape : branches[parameter.name]
  }

  /// The most important parameters that always exist, and the two most important of each condition.
  private var paired: [[SearchParameter]] {
    let ranked = ranked
    let always = ranked.filter { $0.condition == nil }.prefix(Self.mostPaired)
    let others = (importance?.branches ?? []).prefix(Self.mostPaired).map { branch in
      Array(ranked.filter { branch.names.contains($0.name) }.prefix(2))
    }
    return [Array(always)] + others
  }

  /// Expected values over the pairs of the most important parameters.
  var surfacesSection: String {
    var figures: [String] = []
    for leaders in paired {
      for (index, second) in leaders.enumerated() {
        figures += leaders[..<index].compactMap { surface($0, second) }
      }
    }
    guard !figures.isEmpty else { return "" }
    return HTML.section(
      "pairs", "Pairs",
      lead: "What a forest expects over two parameters when all others vary; dots are trials."
        + Self.latest(SurfaceChart.mostTrials, of: completed.count),
      html: HTML.charts(figures))
  }

  /// Two parameters that exist together; nil where nobody knows what to expect.
  private func surface(_ first: SearchParameter, _ second: SearchParameter) -> String? {
    guard let surface = landscape(of: first)?.surface(first.name, second.name, places: 20),
      !surface.values.isEmpty
    else { return nil }
    let (x, y) = (ParameterAxis(first), ParameterAxis(second))
    func place(_ trial: Completed) -> (x: Double, y: Double)? {
      guard let one = trial.point[first.name], let other = trial.point[second.name] else {
        return nil
      }
      return (x.share(of: one), y.share(of: other))
    }
    let chart = SurfaceChart(
      x: x, y: y, values: surface.values, columns: surface.columns, rows: surface.rows,
      isSmallGood: isSmallGood, trials: completed.compactMap(place), best: best.flatMap(place))
    let exists = condition(of: first)
    return HTML.figure(
      "\(first.name) and \(second.name)",
      svg: chart.svg(label: "Expected \(metric) over \(first.name) and \(second.name)"),
      caption: "Expected \(metric) between "
        + "\(NumberText.short(surface.values.min() ?? 0, among: surface.values)) and "
        + "\(NumberText.short(surface.values.max() ?? 0, among: surface.values)); "
        + "the stronger the color, the better." + (exists.isEmpty ? "" : " " + exists))
  }

  /// A line for each trial across all parameters.
  var axesSection: String {
    let lined = lined
    let params = ranked.prefix(10).compactMap { parameter in
      ParallelAxis(
        parameter: parameter, values: lined.map { $0.point[parameter.name] })
    }
    let values = ParallelAxis(metric: metric, values: lined.map { .some($0.value) })
    let chart = ParallelCoordinates(
      axes: params + [values].compactMap(\.self), order: Array(lined.indices))
    guard chart.isWorthDrawing, lined.count > 1 else { return "" }
    return HTML.section(
      "axes", "Parallel coordinates",
      lead: "A line is a trial, yellow for the best; axes are parameters by their importance, and "
        + "(bold) the value."
        + (lined.count < completed.count ? " The best \(lined.count) are drawn." : ""),
      html: "<div class=\"wide axes\" style=\"--w:\(Int(chart.width))px\">"
        + chart.svg(label: "Parameters and values of the trials") + "</div>")
  }

  /// User attributes that have a column.
  private static let mostKeys = 8

  /// What programs noted of the study.
  var attributesSection: String {
    guard !attributes.isEmpty else { return "" }
    return HTML.section(
      "notes", "Attributes", lead: "What programs noted of the study.",
      html: HTML.table(
        [.text("Attribute"), .text("Value")],
        rows: attributes.map { [escaped($0.key), escaped(shortened($0.value, to: 400))] }))
  }

  /// The best trials with their parameters, and what programs noted of them.
  var trialsSection: String {
    let shown = lined.suffix(50).reversed()
    guard !shown.isEmpty else { return "" }
    let names = ranked.prefix(12).map(\.name)
    let values = shown.map(\.value)
    let noted = [Int: [String: String]](
      uniqueKeysWithValues: study.trials.map { ($0.number, $0.attributes ?? [:]) })
    let keys = Set(shown.flatMap { noted[$0.number, default: [:]].keys }).sorted()
      .prefix(Self.mostKeys)
    let rows = shown.map { trial in
      [
        "\(trial.number)",
        (trial.isInfeasible ? "<small>infeasible</small> " : "")
          + NumberText.short(trial.value, among: values),
      ]
        + names.map { name in
          guard let value = trial.point[name] else { return "–" }
          return escaped(
            value.number.map(NumberText.short) ?? shortened(value.text, to: 24))
        }
        + keys.map { key in
          guard let text = noted[trial.number]?[key] else { return "–" }
          // What is no JSON is shown as it is.
          return escaped(
            shortened((try? JSONValue(parsing: text))?.stringValue ?? text, to: 40))
        }
    }
    return HTML.section(
      "trials", "Trials", lead: completed.count > 50 ? "The best 50." : "",
      html: HTML.table(
        [.number("Trial"), .number(metric)] + (names + keys).map { .text($0) }, rows: rows,
        mainRow: shown.first?.number == best?.number ? 0 : nil))
  }
}
