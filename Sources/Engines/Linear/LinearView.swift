/// Features as a linear model wants them: standardized quantities with missing values filled in,
/// categories spread over columns of 0 and 1.
///
/// Quantities get the median where they are missing, and a column of their own that says so;
/// categories get a column for each frequent code, and none for a missing or rare one.
struct LinearView: Codable, Sendable, Equatable {
  /// What one feature becomes.
  enum Part: Codable, Sendable, Equatable {
    /// One column, and a second one where values were missing in training.
    case quantity(feature: Int, median: Float, mean: Double, scale: Double, marksMissing: Bool)
    /// One column for each code below `codes`.
    case category(feature: Int, codes: Int)

    var width: Int {
      switch self {
      case .quantity(_, _, _, _, let marksMissing): marksMissing ? 2 : 1
      case .category(_, let codes): codes
      }
    }

    var feature: Int {
      switch self {
      case .quantity(let feature, _, _, _, _), .category(let feature, _): feature
      }
    }
  }

  let parts: [Part]
  let featureCount: Int

  /// Columns of the view.
  var width: Int { parts.reduce(0) { $0 + $1.width } }

  /// Most codes of a category that get a column: of many, the first are the frequent ones.
  private static let codeBound = 64
  /// Columns that all categories of a wide table share.
  private static let categoryColumns = 4_096
  /// Rows that are looked at for a median, evenly spaced.
  private static let sampleBound = 200_000

  init(fitting features: FeatureMatrix) {
    featureCount = features.columnCount
    let categories = features.types.count { $0 == .category }
    let codes = max(2, min(Self.codeBound, Self.categoryColumns / max(categories, 1)))
    parts = features.types.indices.compactMap { feature in
      switch features.types[feature] {
      case .quantity: Self.quantity(feature, of: features)
      case .category: Self.category(feature, of: features, bound: codes)
      }
    }
  }

  private static func category(
    _ feature: Int, of features: FeatureMatrix, bound: Int
  ) -> Part? {
    var last: Float = -1
    for row in 0..<features.rowCount {
      let code = features.values[row * features.columnCount + feature]
      if code > last { last = code }
    }
    return last < 0 ? nil : .category(feature: feature, codes: min(Int(last) + 1, bound))
  }

  private static func quantity(_ feature: Int, of features: FeatureMatrix) -> Part? {
    let step = max(1, features.rowCount / sampleBound)
    var known: [Float] = []
    known.reserveCapacity(features.rowCount / step + 1)
    for row in stride(from: 0, to: features.rowCount, by: step) {
      let value = features.values[row * features.columnCount + feature]
      if !value.isNaN { known.append(value) }
    }
    guard !known.isEmpty else { return nil }
    known.sort()
    let median = known[known.count / 2]
    // Two passes: the variance of values far from 0 keeps its digits.
    var (sum, missing) = (0.0, 0)
    for row in 0..<features.rowCount {
      let value = features.values[row * features.columnCount + feature]
      if value.isNaN { missing += 1 }
      sum += Double(value.isNaN ? median : value)
    }
    let mean = sum / Double(features.rowCount)
    var squares = 0.0
    for row in 0..<features.rowCount {
      let value = features.values[row * features.columnCount + feature]
      let difference = Double(value.isNaN ? median : value) - mean
      squares += difference * difference
    }
    let scale = (squares / Double(features.rowCount)).squareRoot()
    guard scale > 0 || missing > 0 else { return nil }
    return .quantity(
      feature: feature, median: median, mean: mean,
      scale: scale > 1e-12 * abs(mean) ? scale : 1, marksMissing: missing > 0)
  }

  /// Writes the columns of one row.
  func expand(_ features: UnsafePointer<Float>, into columns: UnsafeMutablePointer<Double>) {
    var place = 0
    for part in parts {
      switch part {
      case .quantity(let feature, let median, let mean, let scale, let marksMissing):
        let value = features[feature]
        columns[place] = (Double(value.isNaN ? median : value) - mean) / scale
        if marksMissing { columns[place + 1] = value.isNaN ? 1 : 0 }
      case .category(let feature, let codes):
        for code in 0..<codes { columns[place + code] = 0 }
        let code = features[feature]
        if code >= 0, code < Float(codes) { columns[place + Int(code)] = 1 }
      }
      place += part.width
    }
  }
}
