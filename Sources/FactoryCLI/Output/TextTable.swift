/// A small table for people: a title line, one line a row, no more than 100 columns wide.
///
/// Where the cells do not fit, the widest columns are cut and marked with `…`; properties of one thing are told whole.
struct TextTable: Sendable, Equatable {
  struct Column: Sendable, Equatable, ExpressibleByStringLiteral {
    var title: String
    /// Numbers stand at the right.
    var isNumeric: Bool

    init(_ title: String, isNumeric: Bool = false) {
      self.title = title
      self.isNumeric = isNumeric
    }

    init(stringLiteral title: String) { self.init(title) }

    static func number(_ title: String) -> Column { Column(title, isNumeric: true) }
  }

  struct Cell: Sendable, Equatable, ExpressibleByStringLiteral {
    var text: String
    var color: TextColor?

    init(_ text: String, color: TextColor? = nil) {
      self.text = text
      self.color = color
    }

    init(stringLiteral text: String) { self.init(text) }

    /// A state's word in its color.
    static func status(_ word: String) -> Cell { Cell(word, color: .ofStatus(word)) }
  }

  var columns: [Column]
  var rows: [[Cell]]
  /// What is printed instead of a table without rows.
  var whenEmpty: String

  init(_ columns: [Column], rows: [[Cell]], whenEmpty: String = "Nothing here yet.") {
    self.columns = columns
    self.rows = rows
    self.whenEmpty = whenEmpty
  }

  init(_ columns: [Column], rows: [[String]], whenEmpty: String = "Nothing here yet.") {
    self.init(columns, rows: rows.map { $0.map { Cell($0) } }, whenEmpty: whenEmpty)
  }

  /// Properties of one thing: a name and a value a line, without a title line.
  static func properties(_ properties: [(String, Cell)]) -> TextTable {
    TextTable(["", ""], rows: properties.map { [Cell($0.0, color: .faint), $0.1] })
  }

  func rendered(on terminal: Terminal) -> String {
    guard !rows.isEmpty else { return whenEmpty + "\n" }
    let isTitled = columns.contains { !$0.title.isEmpty }
    let widths = fittedWidths(to: isTitled ? terminal.width : .max)
    var lines: [String] = []
    if isTitled {
      lines.append(line(columns.map { Cell($0.title, color: .title) }, widths, terminal))
    }
    lines += rows.map { line($0, widths, terminal) }
    return lines.map { $0 + "\n" }.joined()
  }

  private static let gap = 2

  private func line(_ cells: [Cell], _ widths: [Int], _ terminal: Terminal) -> String {
    var result = ""
    for (index, width) in widths.enumerated() {
      let cell = index < cells.count ? cells[index] : ""
      let text = Self.cut(Self.oneLine(cell.text), to: width)
      let padding = String(repeating: " ", count: max(0, width - CellWidth.of(text)))
      let isLast = index == widths.count - 1
      let painted = terminal.paint(text, cell.color)
      if columns[index].isNumeric {
        result += padding + painted
      } else {
        result += isLast ? painted : painted + padding
      }
      if !isLast { result += String(repeating: " ", count: Self.gap) }
    }
    while result.last == " " { result.removeLast() }
    return result
  }

  /// Natural widths, the widest cut one by one until the line fits.
  private func fittedWidths(to limit: Int) -> [Int] {
    var widths = columns.indices.map { index in
      rows.reduce(CellWidth.of(columns[index].title)) { widest, row in
        max(widest, index < row.count ? CellWidth.of(Self.oneLine(row[index].text)) : 0)
      }
    }
    var excess = widths.reduce(0, +) + Self.gap * (columns.count - 1) - limit
    while excess > 0, let widest = widestToCut(widths), widths[widest] > 4 {
      let others = widths.indices.dropFirst().filter { $0 != widest }.map { widths[$0] }.max() ?? 4
      let step = max(1, min(excess, widths[widest] - max(others, 12)))
      widths[widest] -= step
      excess -= step
    }
    return widths
  }

  /// The first column names the row and is often an identifier: it is cut last.
  private func widestToCut(_ widths: [Int]) -> Int? {
    let others = widths.indices.dropFirst().max { widths[$0] < widths[$1] }
    return others.flatMap { widths[$0] > 12 ? $0 : nil }
      ?? widths.indices.max { widths[$0] < widths[$1] }
  }

  /// Control characters would break the lines (or the terminal).
  private static func oneLine(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: breaksLines) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { breaksLines($0) ? " " : $0 }))
  }

  /// Controls of ASCII and of Latin-1, by which some terminals take commands, and ends of lines.
  private static func breaksLines(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar == "\u{2028}"
      || scalar == "\u{2029}"
  }

  private static func cut(_ text: String, to width: Int) -> String {
    CellWidth.of(text) <= width ? text : CellWidth.prefix(of: text, fitting: width - 1) + "…"
  }
}
