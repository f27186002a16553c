import DataPipelines

/// How one column of a table becomes features, as fitted on training rows.
///
/// One value at a time, so that a request and a whole table cannot come out differently.
struct ColumnEncoder: Codable, Sendable, Equatable {
  enum Encoding: Codable, Sendable, Equatable {
    case number
    case timestamp(TimestampEncoding)
    case category(CategoryEncoding)
    case text(TextEncoding)
  }

  let column: String
  let encoding: Encoding

  /// Number of features.
  var width: Int {
    switch encoding {
    case .number, .category: 1
    case .timestamp(let encoding): encoding.parts.count
    case .text(let encoding): encoding.width
    }
  }

  var featureNames: [String] {
    switch encoding {
    case .number, .category: [column]
    case .timestamp(let encoding): encoding.parts.map { "\(column).\($0.rawValue)" }
    case .text(let encoding):
      ["\(column).characters", "\(column).words"] + encoding.buckets.map { "\(column)#\($0)" }
    }
  }

  var featureTypes: [FeatureType] {
    if case .category = encoding { return [.category] }
    return Array(repeating: .quantity, count: width)
  }

  /// Writes the features of a missing value.
  func encodeMissing(into features: UnsafeMutablePointer<Float>) {
    for place in 0..<width { features[place] = .nan }
  }

  /// Writes the features of a number; NaN is missing.
  func encode(_ number: Double, into features: UnsafeMutablePointer<Float>) {
    switch encoding {
    case .number: features[0] = feature(number)
    case .timestamp(let encoding): encoding.encode(number, into: features)
    case .category(let encoding): features[0] = encoding.encode(number)
    case .text(let encoding):
      if number.isNaN { return encodeMissing(into: features) }
      encoding.encode(number.description, into: features)
    }
  }

  /// Writes the features of a text.
  func encode(_ text: String, into features: UnsafeMutablePointer<Float>) {
    switch encoding {
    case .number: encode(ValueText.number(text) ?? .nan, into: features)
    case .timestamp: encode(ValueText.timestamp(text) ?? .nan, into: features)
    case .category(let encoding): features[0] = encoding.encode(text)
    case .text(let encoding): encoding.encode(text, into: features)
    }
  }
}

extension ColumnEncoder {
  /// nil where the column says nothing: constant, or without any value.
  init?(fitting column: TableColumn, options: FeaturePipeline.Options) {
    self.column = column.name
    switch column.values {
    case .numbers(let numbers):
      if column.type == .timestamp {
        guard let encoding = TimestampEncoding(fitting: numbers) else { return nil }
        self.encoding = .timestamp(encoding)
      } else {
        guard let first = numbers.first,
          numbers.contains(where: { feature($0).bitPattern != feature(first).bitPattern })
        else { return nil }
        encoding = .number
      }
    case .strings(let codes, let values):
      if column.type == .text {
        guard
          let encoding = TextEncoding(
            fitting: codes, of: values, bound: options.textFeatures)
        else { return nil }
        self.encoding = .text(encoding)
      } else {
        guard
          let encoding = CategoryEncoding(
            fitting: codes, of: values, bound: options.categories)
        else { return nil }
        self.encoding = .category(encoding)
      }
    }
  }
}
