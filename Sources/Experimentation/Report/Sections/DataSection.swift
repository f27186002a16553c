import DataPipelines

extension Report {
  /// What the model was made from.
  var dataSection: String {
    let dataset = details.dataset
    let splits = ["train", "validation", "test"].compactMap { name in
      dataset.splitRowCounts[name].map { "\(NumberText.grouped($0)) \(name)" }
    }
    var html = ""
    if let profile {
      html += columnTable(profile)
      html += HTML.notes(profile.warnings.prefix(12).map(\.message))
    }
    if !checks.isEmpty {
      html += "<h3>Checks</h3>"
      html += HTML.table(
        [.text("Check"), .text("Result")],
        rows: checks.prefix(40).map {
          [
            escaped($0.check),
            $0.passed
              ? "<span class=\"passed\">✓ holds</span>"
              : "<span class=\"failed\">✗ \(NumberText.grouped($0.failedRowCount)) rows</span>",
          ]
        })
    }
    html += "<h3>Sources</h3>"
    html += HTML.table(
      [.text("File"), .number("Size"), .text("SHA-256")],
      rows: dataset.sources.prefix(60).map {
        [
          escaped($0.name) + ($0.part == "data" ? "" : " <small>\(escaped($0.part))</small>"),
          NumberText.bytes($0.bytes), HTML.code($0.sha256),
        ]
      })
    return HTML.section(
      "data", "Data",
      lead: "\(NumberText.grouped(dataset.rowCount)) rows, \(dataset.columns.count) columns; "
        + "split: \(dataset.splitRule) (\(splits.joined(separator: ", "))).", html: html)
  }

  private func columnTable(_ profile: DatasetProfile) -> String {
    let shown = profile.columns.prefix(60)
    let rows = shown.map { Self.row(of: $0, rowCount: profile.rowCount) }
    let heads: [HTML.Head] = [
      .text("Column"), .text("Type"), .number("Missing"), .number("Distinct"),
      .text("Values"), .number("With target"),
    ]
    let rest = profile.columns.count - shown.count
    return HTML.table(heads, rows: Array(rows))
      + (rest > 0 ? HTML.notes(["\(NumberText.grouped(rest)) more columns."]) : "")
  }

  private static func row(of column: DatasetProfile.Column, rowCount: Int) -> [String] {
    let role = column.role == .feature ? "" : " <small>\(column.role.rawValue)</small>"
    let missing = Double(column.nullCount) / Double(max(1, rowCount))
    return [
      escaped(column.name) + role, column.type.rawValue,
      column.nullCount == 0 ? "–" : NumberText.percent(missing),
      NumberText.grouped(column.distinctCount), values(of: column),
      column.association.map { NumberText.short($0.value) } ?? "–",
    ]
  }

  private static func values(of column: DatasetProfile.Column) -> String {
    if let numbers = column.numbers {
      let range =
        column.type == .timestamp
        ? "\(DateText.day(numbers.minimum)) – \(DateText.day(numbers.maximum))"
        : "\(NumberText.short(numbers.minimum)) – \(NumberText.short(numbers.maximum))"
      return spark(numbers.histogram.counts) + " <small>\(range)</small>"
    }
    let top = column.topValues.prefix(3).map { shortened($0.value, to: 18) }
    return "<small>\(escaped(top.joined(separator: ", ")))</small>"
  }

  /// A histogram as small as a word.
  private static func spark(_ counts: [Int]) -> String {
    guard let most = counts.max(), most > 0 else { return "" }
    let width = 110.0 / Double(counts.count)
    var bars = ""
    for (index, count) in counts.enumerated() where count > 0 {
      let height = max(1, 26 * Double(count) / Double(most))
      let x = (Double(index) * width * 10).rounded() / 10
      bars += "<rect x=\"\(x)\" y=\"\(((26 - height) * 10).rounded() / 10)\" "
      bars += "width=\"\(((width - 0.6) * 10).rounded() / 10)\" "
      bars += "height=\"\((height * 10).rounded() / 10)\"/>"
    }
    return "<svg class=\"spark\" viewBox=\"0 0 110 26\" aria-hidden=\"true\">\(bars)</svg>"
  }
}
