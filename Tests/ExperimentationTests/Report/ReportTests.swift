import DataPipelines
import Engines
import Testing

@testable import Experimentation

struct ReportTests {
  @Test func `a report says where the model decides for a class that is not the most probable`() {
    func notes(_ weights: [Double]?, classes: [String]) -> [String] {
      Report.decision(
        ModelManifest(
          task: .classification, target: "y", classes: classes, signature: [], members: [],
          intervalHalfWidth: nil, decisionWeights: weights, seed: 1))
    }
    #expect(notes(nil, classes: ["no", "yes"]).isEmpty)
    #expect(
      notes([0.25, 0.75], classes: ["no", "yes"]) == [
        "The model decides for yes above a probability of 0.25, chosen on validation rows."
      ])
    #expect(notes([0.1, 0.4, 0.5], classes: ["a", "b", "c"]).first?.contains("rarer") == true)
  }

  @Test func `names and values of the data cannot become markup`() throws {
    var details = try SampleEvaluation.regression(gates: [
      Gate(metric: "rmse", slice: "group", maxGap: 0.01)
    ])
    details.dataset.sources[0].name = "\"><img src=x onerror=alert(1)>.csv"
    let html = Report(
      details: details,
      provenance: [ProvenanceLink(label: "<u>", value: "</code><script>", detail: "'\"&")]
    ).html()
    for danger in ["<script", "<img", "<b>&\"", "<u>", "onerror=alert(1)>"] {
      #expect(!html.contains(danger), "\(danger)")
    }
    #expect(html.contains("&lt;script&gt;alert(1)"))
    #expect(html.contains("&lt;b&gt;&amp;&quot;west"))
  }

  @Test func `a report fetches nothing`() throws {
    for details in [try SampleEvaluation.regression(), try SampleEvaluation.classification()] {
      let html = Report(details: details).html()
      for part in ["http://", "https://", "src=", "url(", "@import", "<link"] {
        let found = html.replacing("http://www.w3.org/2000/svg", with: "")
          .replacing("http-equiv", with: "").contains(part)
        #expect(!found, "\(part)")
      }
      #expect(html.contains("<meta name=\"viewport\""))
      #expect(html.count < 400_000)
    }
  }

  @Test func `the verdict comes first and says what failed`() throws {
    let passed = Report(
      details: try SampleEvaluation.regression(gates: [Gate(metric: "rmse", atMost: 1)])
    ).html()
    #expect(passed.contains("Passed: the gate holds"))
    let failed = Report(
      details: try SampleEvaluation.regression(gates: [
        Gate(metric: "rmse", atMost: 0.0001), Gate(metric: "mae", atMost: 1),
      ])
    ).html()
    #expect(failed.contains("Failed: 1 of 2 gates do not hold"))
    #expect(failed.contains("missed by"))
    let verdict = try #require(failed.firstRange(of: "id=\"verdict\""))
    let numbers = try #require(failed.firstRange(of: "id=\"numbers\""))
    #expect(verdict.lowerBound < numbers.lowerBound)
  }

  @Test func `every opened element is closed`() throws {
    for details in [try SampleEvaluation.regression(), try SampleEvaluation.classification()] {
      let html = Report(details: details, search: Self.search).html()
      for tag in ["section", "table", "svg", "figure", "div", "ul", "main", "tr", "td", "text"] {
        let opened = html.ranges(of: "<\(tag)>").count + html.ranges(of: "<\(tag) ").count
        #expect(opened == html.ranges(of: "</\(tag)>").count, "\(tag)")
      }
    }
  }

  @Test func `text is escaped for elements and attributes`() {
    #expect(escaped("a<b>&\"c\"'") == "a&lt;b&gt;&amp;&quot;c&quot;&#39;")
    #expect(escaped("a\u{0}b\nc\u{202E}d") == "a\u{FFFD}b c\u{FFFD}d")
    #expect(shortened("abcdef", to: 4) == "abc…")
    #expect(shortened("abcd", to: 4) == "abcd")
  }

  static let search = SearchHistory(
    summary: SearchHistory.Summary(
      metric: "rmse", validation: ["rmse": 0.2], linearBaseline: ["rmse": 0.4],
      completedTrials: 3, prunedTrials: 1, failedTrials: 0, bestTrial: 2,
      ensemble: [SearchHistory.Summary.Member(trial: 2, weight: 1)], crossValidationFolds: 5,
      seconds: 12.3),
    trials: [0.5, 0.4, 0.2].enumerated().map {
      SearchHistory.Trial(
        number: $0.offset, outcome: "completed", parameters: ["depth": "<6>"],
        value: $0.element, steps: 10)
    })
}
