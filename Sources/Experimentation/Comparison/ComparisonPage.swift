import Foundation

/// Runs compared on one page that needs nothing else: what differs, who is best, all curves.
///
/// Everything is drawn here; the page's few lines of script add smoothing, colors by another metric
/// and choosing runs on the axes.
public struct ComparisonPage: Sendable {
  let compared: ComparedRuns
  /// Before the addresses of runs; empty on a page of the server itself.
  let base: String
  let nowMs: Int64

  /// - Parameters:
  ///   - base: the server's address, for a page that is kept as a file.
  ///   - nowMs: Unix time, for the footer.
  public init(_ compared: ComparedRuns, base: String = "", nowMs: Int64) {
    self.compared = compared
    self.base = base
    self.nowMs = nowMs
  }

  /// What a browser lets the page do: nothing from elsewhere, and no script but its own.
  public static let policy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src '\(ComparisonScript.hash)'; "
    + "base-uri 'none'"

  /// The whole page.
  public func html() -> String {
    ReportFrame(
      title: title, kind: "comparison", subtitle: subtitle, policy: Self.policy,
      styles: ReportStyle.css + ComparisonStyle.css + colors,
      bodyClass: isColoredByRun ? "by-run" : "", controls: controls,
      sections: [
        ("axes", "Parallel coordinates", axesSection), ("best", "Best", bestSection),
        ("runs", "Runs", runsSection), ("params", "Params", paramsSection),
        ("curves", "Curves", curvesSection),
      ],
      footer: """
        Made by AI Factory, \(DateText.minute(Double(nowMs) / 1_000)) UTC. Curves of more points \
        than a screen shows keep every peak and valley.
        """,
      tail: """
        <div id="tip" hidden></div>
        <script type="application/json" id="data">\(data)</script>
        <script>\(ComparisonScript.code)</script>

        """
    ).html()
  }

  /// Few runs have a color each; many are colored by how good they are.
  var isColoredByRun: Bool { compared.runs.count <= 8 || compared.mainMetric == nil }

  private var title: String {
    let names = Set(compared.experiments.values).sorted()
    return names.count <= 3 ? names.joined(separator: ", ") : "\(names.count) experiments"
  }

  private var subtitle: String {
    let count = compared.runs.count
    var words = "\(count) run\(count == 1 ? "" : "s")"
    words += ", \(compared.differingParams.count) params differ"
    if let metric = compared.mainMetric { words += "; best first by \(metric)" }
    return words
  }

  /// The color of each run: one of eight, and its share on the scale of the main metric.
  private var colors: String {
    let shares = Self.shares(compared.mainMetric.map(compared.values) ?? [])
    return compared.runs.indices.map { run in
      let share = shares.indices.contains(run) ? shares[run] : nil
      let place = share.map { ".r\(run){--k:\(fixed($0))}" } ?? Self.withoutValue(run)
      return ".r\(run){--c:var(--c\(run % 8 + 1))}" + place
    }.joined()
  }

  private static func withoutValue(_ run: Int) -> String {
    "body:not(.by-run) .r\(run).run{--s:var(--muted)}"
  }

  static func shares(_ values: [Double?]) -> [Double?] {
    let known = values.compactMap(\.self)
    guard let low = known.min(), let high = known.max(), high > low else {
      return values.map { $0.map { _ in 0.5 } }
    }
    return values.map { $0.map { ($0 - low) / (high - low) } }
  }

  private func fixed(_ value: Double) -> String { String(format: "%.3f", value) }

  private var controls: String {
    let options = compared.metrics.filter { key in
      Set(compared.values(of: key).compactMap(\.self)).count > 1
    }.map { key in
      let isChosen = !isColoredByRun && key == compared.mainMetric
      return "<option value=\"\(escaped(key))\"\(isChosen ? " selected" : "")>\(escaped(key))"
    }
    let byRun = isColoredByRun ? " selected" : ""
    return """
      <div class="controls" hidden>
      <label>Color <select id="color"><option value=""\(byRun)>run\(options.joined())</select></label>
      <span class="scale"><i id="low"></i><b></b><i id="high"></i></span>
      <label>Smoothing <input id="smooth" type="range" min="0" max="99" value="0">\
      <output id="weight">0</output></label>
      <button id="reset" hidden>Show all runs</button>
      </div>

      """
  }

  /// What the script needs: metrics by run.
  private var data: String {
    let metrics = compared.metrics.map { key in
      JSONMemberText(
        key: key,
        value: "["
          + compared.values(of: key).map { $0.map { "\($0)" } ?? "null" }.joined(separator: ",")
          + "]")
    }
    let names = compared.runs.map { JSONMemberText.quoted($0.run.name) }.joined(separator: ",")
    return "{\"names\":[\(names)],\"metrics\":{"
      + metrics.map(\.text).joined(separator: ",") + "}}"
  }
}

/// A member of a JSON object inside a page.
struct JSONMemberText {
  var key: String
  /// JSON already.
  var value: String

  var text: String { "\(Self.quoted(key)):\(value)" }

  /// A string that cannot end the element around it.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\" + String(scalar)
      case "<", ">", "&", "\u{2028}", "\u{2029}":
        result += "\\u" + String(format: "%04x", scalar.value)
      case _ where scalar.value < 0x20: result += "\\u" + String(format: "%04x", scalar.value)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
