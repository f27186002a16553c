/// Shares in a grid, darker for more, with names at the left and below.
struct HeatMap {
  var rowNames: [String]
  var columnNames: [String]
  /// A share in 0...1 for the color, row by row.
  var shares: [Double]
  /// What stands in a cell, row by row.
  var texts: [String]
  var xName: String
  var yName: String

  func svg(label: String) -> String {
    let columns = columnNames.count
    let longest = rowNames.map { shortened($0, to: 14).count }.max() ?? 1
    let left = 30 + 6.7 * Double(longest)
    let cell = (ChartFrame.width - left - 4) / Double(max(1, columns))
    let height = min(cell, 64)
    // Names below are turned where they would touch each other.
    let columnWidth = columnNames.map { shortened($0, to: 14).count }.max() ?? 1
    let isTurned = Double(columnWidth) * 6.7 > cell
    let foot = (isTurned ? 14 + 6.7 * Double(min(14, columnWidth)) : 20) + 20
    let total = 4 + height * Double(rowNames.count) + foot
    var svg = SVG(width: ChartFrame.width, height: total)
    for row in rowNames.indices {
      let top = 4 + height * Double(row)
      svg.words(
        shortened(rowNames[row], to: 14), x: left - 6, y: top + height / 2 + 4, anchor: .end,
        title: rowNames[row])
      for column in 0..<columns {
        let share = shares[row * columns + column]
        let start = left + cell * Double(column)
        svg.rectangle(
          start + 1, top + 1, cell - 2, height - 2, style: row == column ? "shade c1" : "shade c2",
          opacity: 0.08 + 0.92 * (share.isFinite ? share : 0), radius: 3,
          title: "\(rowNames[row]) → \(columnNames[column]): \(texts[row * columns + column])")
        guard cell > 26 else { continue }
        svg.words(
          texts[row * columns + column], x: start + cell / 2, y: top + height / 2 + 4,
          anchor: .middle, style: share > 0.55 ? "cell strong" : "cell")
      }
    }
    let floor = 4 + height * Double(rowNames.count)
    for column in 0..<columns {
      let middle = left + cell * (Double(column) + 0.5)
      svg.words(
        shortened(columnNames[column], to: 14), x: isTurned ? middle + 4 : middle,
        y: floor + (isTurned ? 10 : 16), anchor: isTurned ? .end : .middle, isTurned: isTurned,
        title: columnNames[column])
    }
    svg.words(
      xName, x: left + cell * Double(columns) / 2, y: total - 4, anchor: .middle, style: "name")
    svg.words(
      yName, x: 12, y: 4 + height * Double(rowNames.count) / 2, anchor: .middle, style: "name",
      isTurned: true)
    return svg.text(label: label)
  }
}
