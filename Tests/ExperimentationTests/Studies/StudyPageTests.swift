import JobProtocol
@testable import Optimization
import Testing

@testable import Experimentation

struct StudyPageTests {
  /// A told search over every kind of parameter.
  static func study(_ count: Int, name: String = "rate") throws -> ToldStudy {
    let space = try SearchSpace([
      SearchParameter(name, .float(low: 1e-4, high: 1, log: true)),
      SearchParameter("depth", .int(low: 1, high: 8)),
      SearchParameter("act", .categorical(["relu", "<gelu>"])),
      SearchParameter("size", .ordinal(["s", "m", "l"])),
      SearchParameter("flag", .boolean),
      SearchParameter("part", .steps(low: 0, high: 1, step: 0.25)),
      SearchParameter(
        "slope", .float(low: 0, high: 1), when: .init(parent: "act", values: ["relu"])),
    ])
    var study = Study(space: space, goal: .minimize, sampler: RandomSampler(), seed: 3)
    let reports = (0..<count).map { number in
      let point = study.ask().point
      let outcome: TrialReport.Outcome =
        number % 9 == 8 ? .failed : number % 5 == 4 ? .pruned : .completed
      let value = (point.number("depth") ?? 0) + (point.word("act") == "relu" ? 0 : 3)
      return TrialReport(
        number: number, outcome: outcome, parameters: point.texts,
        value: outcome == .failed ? nil : value, steps: 3, startedAtMs: Int64(number) * 500,
        endedAtMs: Int64(number) * 500 + 800)
    }
    return try ToldStudy(
      space: space, goals: [.minimize], sampler: "random", pruner: "none", seed: 3, budget: count,
      trials: reports)
  }

  static func page(_ study: ToldStudy, name: String = "wine & cheese") -> String {
    StudyPage(study, id: "study_1", name: name, metric: "rmse", nowMs: 0).html()
  }

  @Test(arguments: [0, 1, 3, 5, 40, 700])
  func `a page is whole, fetches nothing and runs nothing`(count: Int) throws {
    let html = Self.page(try Self.study(count))
    for part in ["<script", "<link", "src=", "url(", "@import", "https://"] {
      #expect(!html.contains(part), "\(part)")
    }
    #expect(html.contains("wine &amp; cheese"))
    for tag in ["section", "table", "svg", "figure", "div", "ul", "main", "tr", "td", "text"] {
      let opened = html.ranges(of: "<\(tag)>").count + html.ranges(of: "<\(tag) ").count
      #expect(opened == html.ranges(of: "</\(tag)>").count, "\(tag)")
    }
    #expect(html.utf8.count < 2_500_000)
    #expect(html.contains("id=\"importance\"") == (count >= 5))
    #expect(html.contains("id=\"course\"") == (count > 1))
  }

  @Test func `searches are compared on a page, the best so far of each`() throws {
    let one = try Self.study(30)
    var other = try Self.study(20)
    other.sampler = "tpe"
    func page(_ obstacle: String?) -> String {
      StudyComparisonPage(
        [
          .init(id: "study_1", name: "a & b", study: one),
          .init(id: "study_2", name: "a & b", study: other),
        ], metrics: ["rmse"], facts: [["trials", "30", "20"], ["goal", "<rmse>", "x"]],
        obstacle: obstacle, nowMs: 0
      ).html()
    }
    let html = page(nil)
    for part in [
      "Best rmse after so many trials", "Best rmse after so many seconds", "a &amp; b, random",
      "a &amp; b, tpe", "&lt;rmse&gt;",
    ] {
      #expect(html.contains(part), "\(part)")
    }
    for tag in ["section", "table", "svg", "figure", "tr", "td"] {
      let opened = html.ranges(of: "<\(tag)>").count + html.ranges(of: "<\(tag) ").count
      #expect(opened == html.ranges(of: "</\(tag)>").count, "\(tag)")
    }
    let apart = page("they optimize different metrics")
    #expect(apart.contains("cannot be compared: they optimize different metrics."))
    #expect(!apart.contains("<svg"))
  }

  @Test func `what broke a constraint is never the best of a page`() throws {
    var study = try Self.study(40)
    study.trials[3].value = -50
    study.trials[3].constraints = [1]
    study.trials[3].outcome = .completed
    let html = Self.page(study)
    #expect(html.contains("Red ones broke a constraint."))
    #expect(html.contains("<small>infeasible</small> −50"))
    let best = try #require(study.best)
    #expect(html.contains("<tr class=\"main\"><td class=\"n\">\(best.number)</td>"))
    let page = StudyPage(study, id: "study_1", name: "wine", metric: "rmse", nowMs: 0)
    #expect(page.lined.first?.number == 3 && page.lined.last?.number == best.number)
    // The line of the best so far stays where the others are.
    let chart = ProgressChart(
      trials: [(0, 3), (1, 1), (2, 2)], isSmallGood: true, name: "rmse", infeasible: [1]
    ).chart
    #expect(chart?.series.last?.points.map(\.y).min() == 2)
    var several = try Self.severalGoals(40)
    several.trials[0].constraints = [1]
    let frontier = StudyFrontier(several, metrics: ["loss", "speed"])
    #expect(frontier.infeasible.map(\.number) == [0])
    #expect(!frontier.trials.contains { $0.number == 0 })
    let other = StudyPage(
      several.projected(on: 0), id: "study_1", name: "wine", metric: "loss", frontier: frontier,
      nowMs: 0
    ).html()
    #expect(other.contains("Red ones, 1 in all, broke a constraint and do not count."))
    #expect(other.contains("From here on the page is about loss alone"))
  }

  @Test func `infinite values have a share of the distribution, and a note`() throws {
    var study = try Self.study(8)
    for index in study.trials.indices {
      study.trials[index].outcome = .completed
      study.trials[index].value = index < 6 ? Double(index) : .infinity
    }
    let html = Self.page(study)
    #expect(html.contains("Not drawn: 2 without a finite value."))
    // Six of eight are what the curve comes to: three quarters of the way up.
    let start = try #require(html.firstRange(of: "Empirical distribution"))
    let rest = html[start.upperBound...]
    let path = try #require(rest.firstRange(of: "<path d=\"M"))
    let data = rest[path.upperBound...].prefix { $0 != "\"" }
    let heights = data.split(separator: "L").compactMap { $0.split(separator: " ").last }
      .compactMap { Double($0) }
    // The frame has its top at 12 and its floor at 238.
    #expect(heights.first == 238 && heights.last.map { abs($0 - (238 - 0.75 * 226)) < 0.2 } == true)
  }

  @Test func `a page says where it draws a part of the trials`() throws {
    let html = Self.page(try Self.study(2_600))
    #expect(html.contains("The latest 1,000 are drawn."))
    #expect(html.contains("The latest 400 are drawn."))
    #expect(html.contains("The best 300 are drawn."))
    #expect(!Self.page(try Self.study(40)).contains("are drawn."))
  }

  @Test func `times are told in a unit that fits, and no time has no timeline`() throws {
    #expect(TimeUnit(for: 90).name == "seconds" && TimeUnit(for: 120).name == "minutes")
    #expect(TimeUnit(for: 7_200).name == "hours" && TimeUnit(for: 172_800).seconds == 86_400)
    var study = try Self.study(10)
    for index in study.trials.indices { study.trials[index].endedAtMs += 7_200_000 * Int64(index) }
    #expect(Self.page(study).contains(">hours</text>"))
    for index in study.trials.indices {
      (study.trials[index].startedAtMs, study.trials[index].endedAtMs) = (5, 5)
    }
    #expect(!Self.page(study).contains("Timeline"))
  }

  @Test func `parameters with a condition have their own lines and pairs`() throws {
    let space = try SearchSpace([
      SearchParameter("kind", .categorical(["svm", "forest"])),
      SearchParameter(
        "cost", .float(low: 0, high: 1), when: .init(parent: "kind", values: ["svm"])),
      SearchParameter(
        "gamma", .float(low: 0, high: 1), when: .init(parent: "kind", values: ["svm"])),
      SearchParameter(
        "trees", .int(low: 1, high: 9), when: .init(parent: "kind", values: ["forest"])),
    ])
    var study = Study(space: space, goal: .minimize, sampler: RandomSampler(), seed: 3)
    let reports = (0..<60).map { number in
      let point = study.ask().point
      return TrialReport(
        number: number, outcome: .completed, parameters: point.texts,
        value: (point.number("cost") ?? 2) + (point.number("gamma") ?? 0), steps: 0,
        startedAtMs: 0, endedAtMs: 1)
    }
    let html = Self.page(
      try ToldStudy(
        space: space, goals: [.minimize], sampler: "random", pruner: "none", seed: 3, budget: nil,
        trials: reports))
    #expect(
      html.contains("Expected rmse over cost and gamma") || html.contains("over gamma and cost"))
    #expect(!html.contains("Expected rmse over trees"))
    let slice = try #require(html.firstRange(of: "rmse along cost"))
    let end = try #require(html[slice.upperBound...].firstRange(of: "</figure>"))
    let figure = html[slice.upperBound..<end.lowerBound]
    #expect(figure.contains("class=\"line c2\"") && figure.contains("Exists where kind is svm."))
    #expect(html.contains("a forest of their own explains"))
  }

  @Test func `a page has what programs noted`() throws {
    var study = try Self.study(12)
    study.trials[0].attributes = ["commit": #""<abc>""#]
    let html = StudyPage(
      study, id: "study_1", name: "wine", metric: "rmse", attributes: [("team", "a & b")], nowMs: 0
    ).html()
    #expect(html.contains("commit</th>"))
    #expect(html.contains("&lt;abc&gt;"))
    #expect(html.contains("a &amp; b"))
    #expect(!Self.page(study).contains("id=\"notes\""))
  }

  @Test func `a page has every picture of a search`() throws {
    let html = Self.page(try Self.study(60))
    for title in [
      "History", "Distribution", "Timeline", "Functional ANOVA", "Permutation",
      "depth and act", "Parallel coordinates", "Trials",
    ] {
      #expect(html.contains(title), "\(title)")
    }
    // A slice for each parameter, the conditional one with its condition.
    for name in ["rate", "depth", "act", "size", "flag", "part", "slope"] {
      #expect(html.contains("rmse along \(name)"), "\(name)")
    }
    #expect(html.contains("Exists where act is relu."))
    // What decides comes first.
    let depth = try #require(html.firstRange(of: "rmse along depth"))
    let part = try #require(html.firstRange(of: "rmse along part"))
    #expect(depth.lowerBound < part.lowerBound)
  }

  @Test func `a page counts one trial as one, and parameters keep their own scale`() throws {
    let one = Self.page(try Self.study(1))
    #expect(one.contains("1 trial<") && !one.contains("1 trials"))
    // `rate` goes over four orders of magnitude in the space, whatever was tried.
    let parameter = try Self.study(1).space.parameters[0]
    let axis = try #require(
      ParallelAxis(parameter: parameter, values: [.float(0.1), .float(0.2), nil]))
    #expect(axis.shares[0].map { abs($0 - 0.75) < 1e-9 } == true && axis.shares[2] == nil)
    #expect(axis.ticks.map(\.text).first == "0.0001" && axis.ticks.last?.share == 1)
    #expect(ParallelAxis(parameter: parameter, values: [.float(0.1), nil]) == nil)
  }

  @Test func `words without an order have dashes of their own instead of a line`() throws {
    let space = try Self.study(1).space
    func drawing(_ name: String) throws -> String {
      SliceChart(
        axis: ParameterAxis(try #require(space[name])), valueName: "rmse",
        trials: [
          (share: 0.25, value: 1, isInfeasible: false),
          (share: 0.75, value: 2, isInfeasible: false),
        ], best: nil,
        curve: [
          .init(share: 0.25, mean: 1.1, deviation: 0.1),
          .init(share: 0.75, mean: 1.9, deviation: 0.1),
        ]
      ).svg(label: "")
    }
    #expect(try drawing("act").ranges(of: "class=\"line c2\"").count == 2)
    #expect(try drawing("depth").ranges(of: "class=\"line c2\"").count == 1)
    #expect(try drawing("act").ranges(of: "class=\"band\"").count == 2)
    #expect(try drawing("depth").ranges(of: "class=\"band\"").count == 1)
  }

  /// Depth is at odds with itself.
  static func severalGoals(_ count: Int) throws -> ToldStudy {
    var study = try Self.study(count)
    study.goals = [.minimize, .maximize]
    study.trials = study.trials.map { trial in
      var trial = trial
      guard trial.outcome == .completed, let value = trial.value else { return trial }
      trial.values = [value, value + Double(trial.number % 3)]
      return trial
    }
    return study
  }

  @Test(arguments: [0, 3, 40]) func `several goals have a frontier`(count: Int) throws {
    let study = try Self.severalGoals(count)
    let frontier = StudyFrontier(study, metrics: ["loss", "<speed>"])
    for goal in 0..<2 {
      let html = StudyPage(
        study.projected(on: goal), id: "study_1", name: "wine",
        metric: frontier.metrics[goal], frontier: frontier, nowMs: 0
      ).html()
      #expect(html.contains("id=\"frontier\"") == (count > 0))
      #expect(!html.contains("<speed>"))
      guard count > 0 else { continue }
      #expect(html.contains("Trials over loss and &lt;speed&gt;"))
      #expect(html.contains("minimize loss and maximize &lt;speed&gt;"))
      #expect(html.contains("What decided about each goal") == (count == 40))
    }
    #expect(frontier.members.count == study.frontier.count)
    #expect(frontier.members.map { $0.values[0] } == frontier.members.map { $0.values[0] }.sorted())
  }

  @Test func `the edge of a frontier lies on the side that is worse`() {
    func edge(_ x: OptimizationGoal, _ y: OptimizationGoal, _ points: [(Double, Double)])
      -> [[Double]]
    {
      FrontierChart(
        xName: "x", yName: "y", xGoal: x, yGoal: y, trials: [],
        frontier: points.map { (x: $0.0, y: $0.1) }, isEdge: true
      ).edge.map { [$0.x, $0.y] }
    }
    #expect(edge(.minimize, .minimize, [(3, 1), (1, 4)]) == [[1, 4], [3, 4], [3, 1]])
    #expect(edge(.maximize, .maximize, [(3, 2), (1, 5)]) == [[1, 5], [1, 2], [3, 2]])
    #expect(edge(.minimize, .maximize, [(1, 2), (3, 5)]) == [[1, 2], [3, 2], [3, 5]])
    #expect(edge(.maximize, .minimize, [(1, 2), (3, 5)]) == [[1, 2], [1, 5], [3, 5]])
  }

  @Test func `names of studies, parameters and words cannot become markup`() throws {
    let html = Self.page(
      try Self.study(40, name: "<img src=x onerror=alert(1)>"), name: "</title><script>x")
    for danger in ["<script", "<img", "<gelu>", "</title><script"] {
      #expect(!html.contains(danger), "\(danger)")
    }
    #expect(html.contains("&lt;gelu&gt;"))
  }

  @Test func `an axis has round numbers, powers of ten, or words`() throws {
    func ticks(_ domain: ParameterDomain) -> [String] {
      ParameterAxis(SearchParameter("p", domain)).ticks.map(\.text)
    }
    #expect(ticks(.float(low: 0, high: 1)).contains("0.4"))
    #expect(
      ticks(.float(low: 1e-4, high: 1, log: true)) == ["0.0001", "0.001", "0.01", "0.1", "1"])
    #expect(ticks(.float(low: 0.02, high: 0.05, log: true)) == ["0.02", "0.05"])
    #expect(ticks(.boolean) == ["false", "true"])
    #expect(ticks(.ordinal(["s", "m", "l"])) == ["s", "m", "l"])
    let many = ParameterAxis(
      SearchParameter("p", .categorical((0..<60).map { "w\($0)" })))
    #expect(many.ticks.count == 20)
    for axis in [
      ParameterDomain.int(low: 1, high: 1), .steps(low: 0, high: 1, step: 0.25),
      .int(low: 3, high: 4_000, log: true),
    ] {
      let ticks = ParameterAxis(SearchParameter("p", axis)).ticks
      #expect(!ticks.isEmpty)
      #expect(ticks.allSatisfy { (0...1).contains($0.value) })
    }
  }
}
