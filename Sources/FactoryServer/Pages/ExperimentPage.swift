import Experimentation

/// What `/experiments/{id}` shows: the newest runs with their numbers.
struct ExperimentPage {
  var experiment: Experiment
  var tags: [String: String]
  /// Newest first; those below others are on the pages of these.
  var runs: [RunDetails]
  var nowMs: Int64

  private static let mostMetrics = 4

  var response: PageResponse {
    let metrics = ComparedRuns(runs: runs, experiments: [:], curves: []).metrics
      .prefix(Self.mostMetrics)
    let rows = runs.map { run -> [HTML] in
      let numbers = metrics.map { key -> HTML in
        "\(run.metrics.first { $0.key == key }.map { MetricText.short($0.value) } ?? "–")"
      }
      return [
        "<a href=\"/runs/\(run.run.id.rawValue)\">\(run.run.name)</a>",
        PageFrame.badge(run.run.status.rawValue.lowercased()),
        "\(RelativeTime.words(ofMs: run.run.startedAtMs, nowMs: nowMs))",
      ] + numbers
    }
    let compare: HTML =
      runs.count > 1
      ? "<p class=\"note\"><a href=\"/runs/compare?experiment=\(experiment.id.rawValue)\">Compare them</a></p>"
      : ""
    let note: HTML = tags["mlflow.note.content"].map { "<p class=\"note\">\($0)</p>" } ?? ""
    return PageFrame.page(
      experiment.name,
      """
      <h1>\(experiment.name)</h1>\(note)
      \(PageFrame.section(
        "Runs", columns: ["Run", "Status", "Started"] + metrics, rows: rows,
        whenEmpty: "No runs yet."))\(compare)
      """)
  }
}
