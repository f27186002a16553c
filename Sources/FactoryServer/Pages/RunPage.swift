import Experimentation

/// What `/runs/{id}` shows: one run with all it logged.
struct RunPage {
  var details: RunDetails
  var experiment: Experiment
  var parent: Run?
  var children: [RunDetails]
  var artifacts: [ArtifactFile]
  /// Thinned out curves of metrics with several points.
  var curves: [String: [MetricPoint]]
  var nowMs: Int64

  var response: PageResponse {
    PageFrame.page(
      details.run.name,
      "\(head)\(childSection)\(metricSection)\(paramSection)\(inputSection)\(artifactSection)\(tagSection)"
    )
  }

  private var id: String { details.run.id.rawValue }

  private var head: HTML {
    let run = details.run
    let above: HTML =
      parent.map { "<a href=\"/runs/\($0.id.rawValue)\">\($0.name)</a> › " } ?? ""
    let started = RelativeTime.words(ofMs: run.startedAtMs, nowMs: nowMs)
    let took: HTML =
      run.durationMs.map { "took \(RelativeTime.duration(ofMs: $0))" }
      ?? (run.endedAtMs == nil ? "not ended" : "ended")
    let user: HTML = run.user.isEmpty ? "" : " by \(run.user)"
    let job: HTML = run.job.map { ", job <code>\($0)</code>" } ?? ""
    return """
      <p class="note"><a href="/experiments/\(experiment.id.rawValue)">\(experiment.name)</a> › \(above)</p>
      <h1>\(run.name) \(PageFrame.badge(run.status.rawValue.lowercased()))</h1>
      <section><p>Started \(started)\(user), \(took)\(job). <code>\(id)</code></p>
      \(reason)<p class="note"><a href="/runs/compare?runs=\(id)">Curves with smoothing</a></p></section>
      """
  }

  private var reason: HTML {
    guard let message = details.tags[RunTagKey.message] else { return "" }
    return "<p>\(message)</p>"
  }

  private var childSection: HTML {
    guard !children.isEmpty else { return "" }
    let metric = ComparedRuns(runs: children, experiments: [:], curves: []).mainMetric
    let rows = children.map { child -> [HTML] in
      let value = child.metrics.first { $0.key == metric }?.value
      return [
        "<a href=\"/runs/\(child.run.id.rawValue)\">\(child.run.name)</a>",
        PageFrame.badge(child.run.status.rawValue.lowercased()),
        "\(value.map(MetricText.short) ?? "–")",
        "\(RelativeTime.words(ofMs: child.run.startedAtMs, nowMs: nowMs))",
      ]
    }
    return PageFrame.section(
      "Runs below", columns: ["Run", "Status", metric ?? "Metric", "Started"], rows: rows,
      whenEmpty: "")
      + "<p class=\"note\"><a href=\"/runs/compare?below=\(id)\">Compare them</a></p>"
  }

  private var metricSection: HTML {
    PageFrame.section(
      "Metrics", columns: ["Metric", "Last value", "Step", "Curve"],
      rows: details.metrics.map { point in
        [
          "<strong>\(point.key)</strong>", "\(MetricText.short(point.value))", "\(point.step)",
          curves[point.key].map { Sparkline(points: $0).html } ?? "",
        ]
      }, whenEmpty: "No metric was logged.")
  }

  private var paramSection: HTML {
    PageFrame.section(
      "Params", columns: ["Param", "Value"],
      rows: details.params.sorted { $0.key < $1.key }.map { key, value in
        ["\(key)", "<code>\(value.firstScalars(200))</code>"]
      }, whenEmpty: "No param was logged.")
  }

  private var inputSection: HTML {
    guard !details.inputs.isEmpty else { return "" }
    return PageFrame.section(
      "Inputs", columns: ["Dataset", "Used for", "Digest", "Source"],
      rows: details.inputs.map { input in
        [
          "<strong>\(input.name)</strong>", "\(input.context)", "<code>\(input.digest)</code>",
          "\(input.sourceType) <code>\(input.source.firstScalars(120))</code>",
        ]
      }, whenEmpty: "")
  }

  private var artifactSection: HTML {
    guard !artifacts.isEmpty else { return "" }
    return PageFrame.section(
      "Artifacts", columns: ["File", "Bytes"],
      rows: artifacts.map { file in
        let address = "/get-artifact?run_id=\(id)&path=\(PageFrame.escaped(file.path))"
        return ["<a href=\"\(address)\">\(file.path)</a>", "\(file.bytes)"]
      }, whenEmpty: "")
  }

  private var tagSection: HTML {
    PageFrame.section(
      "Tags", columns: ["Tag", "Value"],
      rows: details.tags.sorted { $0.key < $1.key }.map { key, value in
        ["\(key)", "\(value.firstScalars(200))"]
      }, whenEmpty: "No tag was set.")
  }
}

/// Numbers of metrics on pages.
enum MetricText {
  static func short(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "∞" : "−∞" }
    guard let whole = Int64(exactly: value), abs(value) < 1e15 else {
      let digits = 1e5
      let magnitude = abs(value)
      if magnitude >= 1e-3, magnitude < 1e9 {
        return "\((value * digits).rounded() / digits)"
      }
      return "\(value)"
    }
    return "\(whole)"
  }
}

/// A curve as small as a word; it takes the color of the text around it.
struct Sparkline {
  var points: [MetricPoint]

  var html: HTML {
    let known = points.filter { $0.value.isFinite }
    guard known.count > 1, let first = known.first, let last = known.last,
      let low = known.map(\.value).min(), let high = known.map(\.value).max()
    else { return "" }
    let (width, height) = (150.0, 30.0)
    // As doubles: steps and values may lie farther apart than their types can tell.
    let start = Double(first.step)
    let span = max(1, Double(last.step) - start)
    let unit = (high - low).isFinite ? 1 : 0.25
    let path = known.map { point -> String in
      let x = (Double(point.step) - start) / span * width
      let share = (high * unit - point.value * unit) / (high * unit - low * unit)
      let y = high > low ? share * (height - 4) + 2 : height / 2
      return "\((x * 10).rounded() / 10) \((y * 10).rounded() / 10)"
    }.joined(separator: " ")
    return """
      <svg width="150" height="30" viewBox="0 0 150 30" role="img" aria-label="curve">\
      <polyline points="\(path)" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>
      """
  }
}
