/// Two rows by eight columns of a matrix, to or from which multiples of earlier rows are added.
///
/// Each element is a sum in the order of its terms, whatever registers a processor has, so it has the same
/// digits on every machine. A library that sums in parts or fuses products is faster and has other digits.
struct RowTile {
  /// Columns of a tile; rows are stored as so many of them as hold all columns.
  static let width = 8
  private var first = SIMD8<Double>()
  private var second = SIMD8<Double>()

  /// Elements of a row that holds so many columns.
  static func stride(_ size: Int) -> Int { (size + width - 1) / width * width }

  /// Zeros.
  init() {}

  /// The elements of two rows from a column on.
  init(_ first: UnsafeMutablePointer<Double>, _ second: UnsafeMutablePointer<Double>) {
    self.first = UnsafeRawPointer(first).loadUnaligned(as: SIMD8<Double>.self)
    self.second = UnsafeRawPointer(second).loadUnaligned(as: SIMD8<Double>.self)
  }

  /// Takes away `one` and `other` times the elements of a row.
  @inline(__always)
  mutating func subtract(_ one: Double, _ other: Double, times row: UnsafeMutablePointer<Double>) {
    let row = UnsafeRawPointer(row).loadUnaligned(as: SIMD8<Double>.self)
    first -= one * row
    second -= other * row
  }

  /// Adds `one` and `other` times the elements of a row.
  @inline(__always)
  mutating func add(_ one: Double, _ other: Double, times row: UnsafeMutablePointer<Double>) {
    let row = UnsafeRawPointer(row).loadUnaligned(as: SIMD8<Double>.self)
    first += one * row
    second += other * row
  }

  /// Writes the elements of both rows.
  func store(_ first: UnsafeMutablePointer<Double>, _ second: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(first).storeBytes(of: self.first, as: SIMD8<Double>.self)
    UnsafeMutableRawPointer(second).storeBytes(of: self.second, as: SIMD8<Double>.self)
  }

  /// Writes the elements on and below the diagonal of a symmetric matrix of rows from `row` and columns from
  /// `column` on, and their mirror images.
  func write(to matrix: inout [Double], _ row: Int, _ column: Int, size: Int) {
    for (offset, elements) in [first, second].enumerated() where row + offset < size {
      for place in 0..<Self.width where column + place <= row + offset {
        matrix[(row + offset) * size + column + place] = elements[place]
        matrix[(column + place) * size + row + offset] = elements[place]
      }
    }
  }
}
