/// The rows that a linear model is fitted on, spread out and weighted.
struct LinearDesign {
  let rowCount: Int
  let width: Int
  /// Row after row.
  let values: [Double]
  /// Adds up to 1.
  let weights: [Double]
  /// Numbers of the rows that were taken.
  let rows: [Int]

  /// Values that are kept in memory (160 MB); of more rows an evenly spaced part is taken.
  private static let valueBound = 20_000_000

  init(_ features: FeatureMatrix, view: LinearView, weights given: [Double]?) {
    let width = view.width
    let most = max(Self.valueBound / max(width, 1), 1)
    let step = max(1, (features.rowCount + most - 1) / most)
    let rows = Array(stride(from: 0, to: features.rowCount, by: step))
    values = [Double](unsafeUninitializedCapacity: rows.count * width) { buffer, count in
      features.values.withUnsafeBufferPointer { source in
        guard let target = buffer.baseAddress, let source = source.baseAddress else { return }
        for (place, row) in rows.enumerated() {
          view.expand(source + row * features.columnCount, into: target + place * width)
        }
      }
      count = rows.count * width
    }
    let total = given.map { given in rows.reduce(0) { $0 + given[$1] } } ?? Double(rows.count)
    weights = rows.map { (given?[$0] ?? 1) / total }
    self.rows = rows
    self.width = width
    rowCount = rows.count
  }

  /// Weighted means of the columns.
  func means() -> [Double] {
    var means = [Double](repeating: 0, count: width)
    means.withUnsafeMutableBufferPointer { means in
      forEachRow { row, values in add(values, times: weights[row], to: means.baseAddress, width) }
    }
    return means
  }

  /// Calls `body` with each row's values.
  @inline(__always)
  func forEachRow(_ body: (_ row: Int, _ values: UnsafePointer<Double>) -> Void) {
    values.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      for row in 0..<rowCount { body(row, start + row * width) }
    }
  }
}

/// `sums += values * factor`.
@inline(__always)
func add(
  _ values: UnsafePointer<Double>, times factor: Double, to sums: UnsafeMutablePointer<Double>?,
  _ count: Int
) {
  guard let sums else { return }
  for place in 0..<count { sums[place] += factor * values[place] }
}

/// The scalar product, in eight interleaved sums: the same for the same operands, always.
@inline(__always)
func product(_ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, _ count: Int) -> Double
{
  var sums = SIMD8<Double>(repeating: 0)
  let (left8, right8) = (UnsafeRawPointer(left), UnsafeRawPointer(right))
  let whole = count & ~7
  var place = 0
  while place < whole {
    let offset = place * MemoryLayout<Double>.stride
    sums +=
      left8.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
      * right8.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
    place += 8
  }
  var sum = sums.sum()
  while place < count {
    sum += left[place] * right[place]
    place += 1
  }
  return sum
}
