extension Report {
  /// Whether the model may be deployed, and why.
  var verdictSection: String {
    let gates = details.result.gates
    let failed = gates.count { !$0.passed }
    let title: String
    let lead: String
    let style: String
    switch (gates.count, failed) {
    case (0, _):
      (title, style) = ("No gates were set", "verdict")
      lead = "Nothing decided whether this model may be deployed. Set evaluate.gates to decide."
    case (let count, 0):
      let number = count == 2 ? "both" : "all \(count)"
      title = count == 1 ? "Passed: the gate holds" : "Passed: \(number) gates hold"
      (lead, style) = ("", "verdict good")
    case (let count, let failed):
      title =
        count == 1
        ? "Failed: the gate does not hold" : "Failed: \(failed) of \(count) gates do not hold"
      (lead, style) = ("A model that fails a gate is not deployed.", "verdict bad")
    }
    let items = gates.map { result in
      let group = result.worstSlice.map { " in the group \($0)" } ?? ""
      let measured = result.value.map {
        "\(result.gate.maxGap == nil ? "measured" : "gap measured") \(NumberText.short($0))\(group)"
      }
      let mark =
        result.passed
        ? "<span class=\"passed\">✓ holds</span>"
        : "<span class=\"failed\">✗ \(escaped(result.shortfall))</span>"
      return """
        <li><div><b>\(escaped(result.gate.words))</b><br><small>\(escaped(measured ?? ""))\
        </small></div>\(mark)</li>
        """
    }
    return HTML.section(
      "verdict", title, lead: lead, style: style,
      html: gates.isEmpty ? "" : "<ul class=\"gates\">\(items.joined(separator: "\n"))</ul>")
  }
}

extension Gate {
  /// The condition in words, such as `RMSE at most 0.75`.
  public var words: String {
    let title = MetricName(rawValue: metric)?.title ?? metric
    if let slice, let maxGap {
      return
        "\(title) of the worst group by \(slice) at most \(NumberText.short(maxGap)) worse than all"
    }
    let what = slice.map { "\(title) of the worst group by \($0)" } ?? title
    let limits = [
      atMost.map { "at most \(NumberText.short($0))" },
      atLeast.map { "at least \(NumberText.short($0))" },
    ].compactMap { $0 }
    return "\(what) \(limits.joined(separator: " and "))"
  }
}

extension GateResult {
  /// By how much a failed gate was missed, such as `missed by 0.03`; `holds` if it passed.
  public var shortfall: String {
    if passed { return "holds" }
    guard let value else { return "could not be measured" }
    return "missed by \(NumberText.short(abs(value - limit)))"
  }

  /// The outcome in one sentence, such as `RMSE at most 0.75: 0.78, missed by 0.03`.
  public var sentence: String {
    let group = worstSlice.map { " (\($0))" } ?? ""
    return "\(gate.words): \(value.map { NumberText.short($0) } ?? "–")\(group), \(shortfall)"
  }
}
