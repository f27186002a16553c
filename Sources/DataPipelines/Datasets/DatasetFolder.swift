import Foundation

/// The folder of one dataset version.
public struct DatasetFolder: Sendable {
  static let tableName = "table.parquet"
  static let manifestName = "dataset.json"
  static let profileName = "profile.json"
  static let checksName = "checks.json"

  /// Path of the folder.
  public let path: String

  /// Puts the parts together.
  public init(_ path: String) { self.path = path }

  /// Where the rows lie.
  public var tablePath: String { path + "/" + Self.tableName }

  /// Reads `dataset.json`.
  public func manifest() throws -> DatasetManifest {
    try read(Self.manifestName, as: DatasetManifest.self)
  }

  /// Reads `profile.json`.
  public func profile() throws -> DatasetProfile {
    try read(Self.profileName, as: DatasetProfile.self)
  }

  /// Reads `checks.json`.
  public func checks() throws -> [CheckResult] {
    try read(Self.checksName, as: [CheckResult].self)
  }

  func write(_ value: some Encodable, as name: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(value).write(to: URL(fileURLWithPath: path + "/" + name))
  }

  private func read<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    let file = path + "/" + name
    do {
      return try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: file)))
    } catch {
      throw DataError(
        .datasetDamaged, "\(file) cannot be read: \(error)",
        hint: "Run the data stage again to rebuild this dataset version.")
    }
  }
}
