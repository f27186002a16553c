/// How an engine reads the numbers of a feature.
public enum FeatureType: String, Codable, Sendable {
  /// A quantity: greater and smaller mean something.
  case quantity = "q"
  /// A code from 0: equal and different mean something, greater and smaller perhaps.
  case category = "c"
}

/// Features of rows: what an engine trains on and predicts from.
public struct FeatureMatrix: Sendable, Equatable {
  /// Number of rows.
  public let rowCount: Int
  /// One type a column.
  public let types: [FeatureType]
  /// Row after row; NaN is missing, nothing is infinite.
  public let values: [Float]

  /// Number of features.
  public var columnCount: Int { types.count }

  /// - Precondition: there are `rowCount * types.count` values.
  public init(rowCount: Int, types: [FeatureType], values: [Float]) {
    precondition(values.count == rowCount * types.count, "values of another shape")
    self.rowCount = rowCount
    self.types = types
    self.values = values
  }

  /// A matrix of quantities.
  public init(rowCount: Int, columnCount: Int, values: [Float]) {
    self.init(
      rowCount: rowCount, types: Array(repeating: .quantity, count: columnCount), values: values)
  }

  /// The rows of the given numbers, in that order.
  public func rows(_ numbers: [Int]) -> FeatureMatrix {
    let width = columnCount
    let taken = [Float](unsafeUninitializedCapacity: numbers.count * width) { buffer, count in
      for (place, number) in numbers.enumerated() {
        for column in 0..<width {
          buffer[place * width + column] = values[number * width + column]
        }
      }
      count = numbers.count * width
    }
    return FeatureMatrix(rowCount: numbers.count, types: types, values: taken)
  }

  /// The same values, with codes read as quantities.
  public var ordered: FeatureMatrix {
    FeatureMatrix(
      rowCount: rowCount, types: Array(repeating: .quantity, count: columnCount), values: values)
  }

  /// Whether all bits are equal.
  public static func == (left: FeatureMatrix, right: FeatureMatrix) -> Bool {
    left.rowCount == right.rowCount && left.types == right.types
      && left.values.count == right.values.count
      && zip(left.values, right.values).allSatisfy { $0.bitPattern == $1.bitPattern }
  }
}
