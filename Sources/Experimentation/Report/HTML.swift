/// Pieces of a page; what is passed as text is escaped here, what is passed as `html` is not.
enum HTML {
  static func section(
    _ id: String, _ title: String, lead: String, style: String = "", html: String
  ) -> String {
    """
    <section id="\(id)"\(style.isEmpty ? "" : " class=\"\(style)\"")>
    <h2>\(escaped(title))</h2>
    \(lead.isEmpty ? "" : "<p class=\"lead\">\(escaped(lead))</p>")
    \(html)
    </section>

    """
  }

  /// A picture and what to read from it.
  static func figure(_ title: String, svg: String, caption: String) -> String {
    """
    <figure><h3>\(escaped(title))</h3>\(svg)\
    <figcaption>\(escaped(caption))</figcaption></figure>

    """
  }

  static func charts(_ figures: [String]) -> String {
    figures.isEmpty ? "" : "<div class=\"charts\">\n\(figures.joined())</div>\n"
  }

  struct Head {
    var name: String
    var isNumber = false

    static func text(_ name: String) -> Head { Head(name: name) }
    static func number(_ name: String) -> Head { Head(name: name, isNumber: true) }
  }

  /// A table; cells are HTML already.
  static func table(_ heads: [Head], rows: [[String]], mainRow: Int? = nil) -> String {
    var html = "<div class=\"wide\"><table><thead><tr>"
    for head in heads {
      html += "<th\(head.isNumber ? " class=\"n\"" : "")>\(escaped(head.name))</th>"
    }
    html += "</tr></thead><tbody>\n"
    for (index, row) in rows.enumerated() {
      html += index == mainRow ? "<tr class=\"main\">" : "<tr>"
      for (head, cell) in zip(heads, row) {
        html += "<td\(head.isNumber ? " class=\"n\"" : "")>\(cell)</td>"
      }
      html += "</tr>\n"
    }
    return html + "</tbody></table></div>\n"
  }

  static func tile(_ value: String, _ words: String) -> String {
    "<div class=\"tile\"><b>\(escaped(value))</b><span>\(escaped(words))</span></div>\n"
  }

  static func notes(_ notes: [String]) -> String {
    guard !notes.isEmpty else { return "" }
    return "<ul class=\"notes\">" + notes.map { "<li>\(escaped($0))</li>" }.joined() + "</ul>\n"
  }

  /// A number with its interval, the interval small.
  static func measured(_ metric: MeasuredMetric?) -> String {
    guard let metric else { return "–" }
    let value = NumberText.short(metric.value)
    guard metric.low < metric.high else { return value }
    let interval = "\(NumberText.short(metric.low)) – \(NumberText.short(metric.high))"
    return "\(value) <small>\(interval)</small>"
  }

  static func code(_ text: String) -> String { "<code>\(escaped(text))</code>" }
}
