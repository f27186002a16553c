/// Writes one SVG picture; all text in it is escaped here.
struct SVG {
  let width: Double
  let height: Double
  private var body = ""

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// The finished element; `label` is what a screen reader says.
  func text(label: String) -> String {
    """
    <svg viewBox="0 0 \(number(width)) \(number(height))" role="img" \
    aria-label="\(escaped(label))" xmlns="http://www.w3.org/2000/svg">\(body)</svg>
    """
  }

  mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String
  ) {
    body += "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" "
    body += "y2=\"\(number(y2))\" class=\"\(style)\"/>"
  }

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, style: String,
    opacity: Double? = nil, radius: Double = 0, title: String? = nil
  ) {
    body += "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(max(0, width)))\" "
    body += "height=\"\(number(max(0, height)))\" class=\"\(style)\""
    if radius > 0 { body += " rx=\"\(number(radius))\"" }
    if let opacity { body += " fill-opacity=\"\(fraction(opacity))\"" }
    body += title.map { "><title>\(escaped($0))</title></rect>" } ?? "/>"
  }

  mutating func circle(_ x: Double, _ y: Double, _ radius: Double, style: String) {
    body += "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(number(radius))\" "
    body += "class=\"\(style)\"/>"
  }

  /// A line through points; it breaks where one is not finite.
  mutating func path(_ points: [(x: Double, y: Double)], style: String, isClosed: Bool = false) {
    var data = ""
    var isDown = false
    for point in points {
      guard point.x.isFinite, point.y.isFinite else {
        isDown = false
        continue
      }
      data += isDown ? "L" : "M"
      data += "\(number(point.x)) \(number(point.y))"
      isDown = true
    }
    if isClosed, !data.isEmpty { data += "Z" }
    body += "<path d=\"\(data)\" class=\"\(style)\"/>"
  }

  enum Anchor: String { case start, middle, end }

  mutating func words(
    _ words: String, x: Double, y: Double, anchor: Anchor = .start, style: String = "tick",
    isTurned: Bool = false, title: String? = nil
  ) {
    body += "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor.rawValue)\" "
    body += "class=\"\(style)\""
    if isTurned { body += " transform=\"rotate(-90 \(number(x)) \(number(y)))\"" }
    body += ">\(escaped(words))"
    if let title { body += "<title>\(escaped(title))</title>" }
    body += "</text>"
  }

  /// One decimal is finer than a screen shows.
  private func number(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let tenths = Int((min(max(value, -1e6), 1e6) * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(Double(tenths) / 10)"
  }

  private func fraction(_ value: Double) -> String {
    "\((min(max(value, 0), 1) * 100).rounded() / 100)"
  }
}

/// Text that is safe inside HTML and SVG, in elements and in quoted attributes.
///
/// Control characters, which XML cannot hold, become a replacement character.
func escaped(_ text: String) -> String {
  var result = ""
  result.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\n", "\t": result += " "
    case _ where scalar.value < 0x20 || scalar.value == 0x7F: result += "\u{FFFD}"
    // Marks that turn the direction of the text around could disguise a name.
    case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// A text cut to a number of characters, with an ellipsis where something is missing.
func shortened(_ text: String, to count: Int) -> String {
  text.count <= count ? text : text.prefix(max(1, count - 1)) + "…"
}
