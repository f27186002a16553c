import Foundation

/// Curves drawn with Braille dots: two by four in each character.
struct CurvePlot {
  /// One line of the drawing.
  struct Curve {
    var name: String
    var points: [(x: Double, y: Double)]
    /// Whether points stand alone.
    var isDotted = false
    /// Whether a value stays until the next one.
    var isStepped = false
  }

  var curves: [Curve]
  /// Characters across, without the axis.
  var width: Int
  /// Lines, without axis and legend.
  var height: Int
  /// Whether equal heights are equal factors; all values are positive then.
  var isLogarithmic = false

  /// Narrower drawings show nothing.
  static let leastWidth = 8

  /// The drawing with its axes and a legend.
  var text: String {
    let finite = curves.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    guard let minX = finite.map(\.x).min(), let maxX = finite.map(\.x).max(),
      let minY = finite.map(\.y).min(), let maxY = finite.map(\.y).max()
    else {
      return curves.allSatisfy(\.points.isEmpty)
        ? "Nothing to draw: no run has this metric."
        : "Nothing to draw: no value of this metric is a finite number."
    }
    let width = max(Self.leastWidth, width)
    var dots = Array(repeating: Array(repeating: UInt8(0), count: width), count: height)
    func place(_ point: (x: Double, y: Double)) -> (column: Int, row: Int) {
      let x = Self.share(point.x, from: minX, to: maxX)
      let y =
        isLogarithmic
        ? Self.share(log10(point.y), from: log10(minY), to: log10(maxY))
        : Self.share(point.y, from: minY, to: maxY)
      return (
        Int((x * Double(2 * width - 1)).rounded()),
        Int(((1 - y) * Double(4 * height - 1)).rounded())
      )
    }
    var marks: [Int: Character] = [:]
    for (number, curve) in curves.enumerated() {
      let end = curve.points.last { $0.x.isFinite && $0.y.isFinite }?.x
      var last: (column: Int, row: Int)?
      for point in curve.points {
        guard point.x.isFinite, point.y.isFinite else {
          last = nil
          continue
        }
        let next = place(point)
        if curve.isStepped, let before = last {
          let corner = (column: next.column, row: before.row)
          for dot in Self.line(from: before, to: corner) {
            dots[dot.row / 4][dot.column / 2] |= Self.bit(dot.column % 2, dot.row % 4)
          }
          last = corner
        }
        for dot in Self.line(from: last ?? next, to: next) {
          dots[dot.row / 4][dot.column / 2] |= Self.bit(dot.column % 2, dot.row % 4)
        }
        last = curve.isDotted ? nil : next
        // Where a curve was last tells it from the others.
        if point.x == end, let mark = mark(of: number) {
          marks[next.row / 4 * width + next.column / 2] = mark
        }
      }
    }
    let digits = Self.digits(telling: minY, from: maxY)
    var lines = dots.enumerated().map { index, row in
      let label =
        index == 0
        ? Self.short(maxY, digits) : index == height - 1 ? Self.short(minY, digits) : ""
      let cells = row.enumerated().map { column, dots in
        marks[index * width + column].map(String.init) ?? Self.character(dots)
      }
      return Self.padded(label) + " ┤" + cells.joined()
    }
    let ends = (Self.short(minX), Self.short(maxX))
    let gap = max(1, width - ends.0.count - ends.1.count)
    lines.append(
      Self.padded("") + "  " + ends.0 + String(repeating: " ", count: gap) + ends.1)
    return (lines + legend(width: width + 12)).joined(separator: "\n")
  }

  /// Where a value lies between two others.
  private static func share(_ value: Double, from low: Double, to high: Double) -> Double {
    guard high > low else { return 0.5 }
    // The difference of two large numbers may be infinite.
    let unit = (high - low).isFinite ? 1 : 0.25
    return (value * unit - low * unit) / (high * unit - low * unit)
  }

  /// A letter for each of several curves, as far as the alphabet goes.
  private func mark(of place: Int) -> Character? {
    guard curves.count > 1, place < 26 else { return nil }
    return Character(UnicodeScalar(UInt8(ascii: "a") + UInt8(place)))
  }

  /// Names of the curves with their points, in lines that fit; what is no number is told.
  private func legend(width: Int) -> [String] {
    var lines: [String] = []
    for (place, curve) in curves.enumerated() {
      let gaps = curve.points.count { !$0.y.isFinite }
      let count = curve.points.isEmpty ? "none" : "\(curve.points.count)"
      let name = mark(of: place).map { "\($0) \(curve.name)" } ?? curve.name
      let entry = "\(name) (\(count)" + (gaps > 0 ? ", \(gaps) no numbers)" : ")")
      if let last = lines.last, last.count + 2 + entry.count <= width {
        lines[lines.count - 1] = last + "  " + entry
      } else {
        lines.append("  " + entry)
      }
    }
    return lines
  }

  /// The dots of a straight line (Bresenham 1965).
  private static func line(
    from start: (column: Int, row: Int), to end: (column: Int, row: Int)
  ) -> [(column: Int, row: Int)] {
    let steps = max(abs(end.column - start.column), abs(end.row - start.row))
    guard steps > 0 else { return [end] }
    return (0...steps).map { step in
      (
        start.column + (end.column - start.column) * step / steps,
        start.row + (end.row - start.row) * step / steps
      )
    }
  }

  /// The bit of a dot in U+2800…U+28FF.
  private static func bit(_ column: Int, _ row: Int) -> UInt8 {
    let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
    return bits[column][row]
  }

  private static func character(_ dots: UInt8) -> String {
    Unicode.Scalar(0x2800 + UInt32(dots)).map { String(Character($0)) } ?? " "
  }

  private static func short(_ value: Double, _ digits: Int = 4) -> String {
    String(format: "%.*g", digits, value)
  }

  /// As many digits as tell two values apart, four or more, as far as they fit.
  private static func digits(telling one: Double, from other: Double) -> Int {
    (4..<9).first { one == other || short(one, $0) != short(other, $0) } ?? 9
  }

  private static func padded(_ text: String) -> String {
    String(repeating: " ", count: max(0, 10 - text.count)) + text
  }
}
