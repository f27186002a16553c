public import Basics
public import GRDB

/// How far data must be kept from others.
///
/// A person gives a class to a dataset. A version has the most restricted class of all datasets that have a version
/// made from one of its files: what is made of them anew, under whatever name, stays as restricted.
extension DatasetStore {
  /// Gives a dataset a class.
  ///
  /// - Parameter mayLower: whether it may be a less restricted one than before.
  /// - Returns: the dataset; its versions may be more restricted, by other datasets that share files with them.
  /// - Throws: `dataset_not_found`, `data_class_conflict`.
  @discardableResult
  public func classify(
    _ name: String, as dataClass: DataClass, mayLower: Bool = false,
    in project: String = "default"
  ) async throws -> Dataset {
    try await ledger.write { db in
      guard let before = try Self.ownClass(of: name, in: project, db) else {
        throw Self.missing("dataset \(name)")
      }
      guard mayLower || dataClass >= before else {
        throw DataError(
          .dataClassConflict,
          "The dataset \(name) is \(before.rawValue), and \(dataClass.rawValue) is less restricted.",
          hint: "Say so if that is meant: aifactory datasets classify --lower.")
      }
      try Self.setClass(dataClass, of: name, in: project, db)
    }
    guard let dataset = try await datasets(in: project).first(where: { $0.name == name }) else {
      throw Self.missing("dataset \(name)")
    }
    return dataset
  }

  /// The class that a person gave a dataset; nil where there is none of that name.
  public func ownClass(
    of name: String, in project: String = "default"
  ) async throws -> DataClass? {
    try await ledger.read { db in try Self.ownClass(of: name, in: project, db) }
  }

  /// The name and class of the most restricted dataset that has a version made from one of these files.
  ///
  /// - Parameter digests: SHA-256 of files, in hexadecimal.
  public func mostRestricted(
    ofFiles digests: [String]
  ) async throws -> (dataset: String, dataClass: DataClass)? {
    try await ledger.read { db in
      var found: (dataset: String, dataClass: DataClass)?
      for digest in digests {
        let rows = try Row.fetchAll(
          db,
          sql: """
            SELECT DISTINCT d.name, d.dataClass FROM datasetSource s
            JOIN datasetRelease r ON r.version = s.version JOIN dataset d ON d.number = r.dataset
            WHERE s.sha256 = ? ORDER BY d.number
            """, arguments: [digest])
        for row in rows {
          let (name, word): (String, String) = (row["name"], row["dataClass"])
          let dataClass = DataClass(rawValue: word) ?? .restricted
          if found.map({ dataClass > $0.dataClass }) ?? true { found = (name, dataClass) }
        }
      }
      return found
    }
  }

  /// Gives a dataset a class, unless its own is more restricted.
  public static func raise(
    _ name: String, to dataClass: DataClass, project: String, in db: Database
  ) throws {
    guard try dataClass > ownClass(of: name, in: project, db) ?? .usual else { return }
    try setClass(dataClass, of: name, in: project, db)
  }

  static func ownClass(
    of name: String, in project: String, _ db: Database
  ) throws -> DataClass? {
    try String.fetchOne(
      db, sql: "SELECT dataClass FROM dataset WHERE project = ? AND name = ?",
      arguments: [project, name]
    ).map { DataClass(rawValue: $0) ?? .restricted }
  }

  static func setClass(
    _ dataClass: DataClass, of name: String, in project: String, _ db: Database
  ) throws {
    try db.execute(
      sql: "UPDATE dataset SET dataClass = ? WHERE project = ? AND name = ?",
      arguments: [dataClass.rawValue, project, name])
  }

  /// The most restricted of words with commas between; a word that nobody knows is none that anybody may ignore.
  static func mostRestricted(_ words: String?) -> DataClass {
    (words ?? "").split(separator: ",").map { DataClass(rawValue: String($0)) ?? .restricted }
      .max() ?? .usual
  }
}
