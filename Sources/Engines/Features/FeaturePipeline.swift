public import DataPipelines

/// How the columns of a table become features: fitted on training rows, kept with the model.
///
/// Training and serving both call it, and each value is encoded alone: the features of a row do
/// not depend on how it came in or on the rows beside it.
public struct FeaturePipeline: Codable, Sendable, Equatable {
  /// Bounds of what a column may become.
  public struct Options: Sendable {
    /// Values of a category that get a code of their own.
    public var categories = 255
    /// Hashed words of a text column that become features.
    public var textFeatures = 256

    /// The defaults.
    public init() {}

    /// Bounds that keep the features of many rows in memory.
    public init(rowCount: Int, textColumns: Int) {
      guard textColumns > 0, rowCount > 0 else { return }
      textFeatures = min(max(30_000_000 / rowCount / textColumns, 32), 512)
    }
  }

  private let encoders: [ColumnEncoder]
  /// Columns that are read, in the order of the features.
  public var inputColumns: [String] { encoders.map(\.column) }
  /// One name a feature, such as `alcohol`, `sold.weekday` or `comment#1234`.
  public let featureNames: [String]
  /// One type a feature.
  public let featureTypes: [FeatureType]

  init(encoders: [ColumnEncoder]) {
    self.encoders = encoders
    featureNames = encoders.flatMap(\.featureNames)
    featureTypes = encoders.flatMap(\.featureTypes)
  }

  /// Number of features.
  public var featureCount: Int { featureTypes.count }

  /// Place in `inputColumns` of each feature's column.
  public var columnOfFeature: [Int] {
    encoders.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element.width) }
  }

  /// Number of codes of a feature that is a category; nil for quantities.
  public var categoryCounts: [Int?] {
    encoders.flatMap { encoder -> [Int?] in
      if case .category(let encoding) = encoder.encoding { return [encoding.codeCount] }
      return Array(repeating: nil, count: encoder.width)
    }
  }

  /// Fits on the rows of a table, which must be training rows only.
  ///
  /// - Parameter columns: features, time and series are taken, in this order; other roles are not.
  /// - Throws: `noFeatures` where no column varies.
  public static func fit(
    _ table: Table, columns: [DatasetManifest.Column], options: Options? = nil
  ) throws -> FeaturePipeline {
    let used = columns.filter { [.feature, .time, .series].contains($0.role) }
    let textColumns = used.count { $0.type == .text }
    let options = options ?? Options(rowCount: table.rowCount, textColumns: textColumns)
    let encoders = used.compactMap { column in
      table[column.name].flatMap { ColumnEncoder(fitting: $0, options: options) }
    }
    guard !encoders.isEmpty else {
      throw EngineError(
        .noFeatures,
        "None of the \(used.count) feature columns varies among the \(table.rowCount) training rows.",
        hint:
          "Give the workflow a table with at least one column besides the target that differs between rows."
      )
    }
    return FeaturePipeline(encoders: encoders)
  }

  /// The features of a table's rows; a column that the table lacks is missing in all of them.
  public func transform(_ table: Table) -> FeatureMatrix {
    let columns = encoders.map { table[$0.column]?.values }
    let width = featureCount
    let values = [Float](unsafeUninitializedCapacity: table.rowCount * width) { buffer, count in
      if let start = buffer.baseAddress {
        let writers = zip(encoders, columns).map { ColumnWriter(encoder: $0, values: $1) }
        // Blocks of rows that stay in the processor's cache while column after column is written.
        for block in stride(from: 0, to: table.rowCount, by: 512) {
          let rows = block..<min(block + 512, table.rowCount)
          var offset = 0
          for writer in writers {
            writer.write(rows, into: start + offset, stride: width)
            offset += writer.encoder.width
          }
        }
      }
      count = table.rowCount * width
    }
    return FeatureMatrix(rowCount: table.rowCount, types: featureTypes, values: values)
  }

  /// Writes the features of one row; `places` says for each of `inputColumns` which cell is its.
  func encode(
    _ cells: UnsafeBufferPointer<Cell>, at places: [Int?],
    into features: UnsafeMutablePointer<Float>
  ) {
    var offset = 0
    for (place, encoder) in encoders.enumerated() {
      switch places[place].map({ cells[$0] }) ?? .missing {
      case .missing: encoder.encodeMissing(into: features + offset)
      case .number(let number): encoder.encode(number, into: features + offset)
      case .text(let text): encoder.encode(text, into: features + offset)
      }
      offset += encoder.width
    }
  }
}
