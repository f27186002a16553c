public import Basics
import Foundation
public import GRDB

/// Imports of datasets in the ledger.
public struct DatasetImportStore: Sendable {
  let ledger: Ledger

  /// Keeps imports in that ledger.
  public init(ledger: Ledger) { self.ledger = ledger }

  /// Records a new import.
  public func create(_ wanted: DatasetImport) async throws {
    try await ledger.write { db in
      try db.execute(
        sql: """
          INSERT INTO datasetImport (id, project, state, content, createdAtMs)
          VALUES (?, ?, ?, ?, ?)
          """,
        arguments: [
          wanted.id.rawValue, wanted.project, wanted.state.rawValue, try Self.text(wanted),
          wanted.createdAtMs,
        ])
    }
  }

  /// One import.
  ///
  /// - Throws: `import_not_found`.
  public func find(_ id: Identifier<DatasetImport>) async throws -> DatasetImport {
    try await ledger.read { db in try Self.fetch(id, in: db) }
  }

  /// The imports that have not ended, oldest first.
  public func unfinished() async throws -> [DatasetImport] {
    try await ledger.read { db in
      try String.fetchAll(
        db,
        sql: "SELECT content FROM datasetImport WHERE state = 'running' ORDER BY createdAtMs, id"
      ).map(Self.value)
    }
  }

  /// Changes an import, with what must be written together with it.
  @discardableResult
  public func update(
    _ id: Identifier<DatasetImport>,
    _ change: @escaping @Sendable (inout DatasetImport, Database) throws -> Void
  ) async throws -> DatasetImport {
    try await ledger.write { db in
      var changed = try Self.fetch(id, in: db)
      try change(&changed, db)
      try db.execute(
        sql: "UPDATE datasetImport SET state = ?, content = ? WHERE id = ?",
        arguments: [changed.state.rawValue, try Self.text(changed), id.rawValue])
      return changed
    }
  }

  private static func fetch(
    _ id: Identifier<DatasetImport>, in db: Database
  ) throws -> DatasetImport {
    let content = try String.fetchOne(
      db, sql: "SELECT content FROM datasetImport WHERE id = ?", arguments: [id.rawValue])
    guard let content else {
      throw DataError(
        .importNotFound, "There is no import \(id).",
        hint: "`aifactory datasets list` shows what was made.")
    }
    return try value(content)
  }

  private static func text(_ value: DatasetImport) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private static func value(_ text: String) throws -> DatasetImport {
    try JSONDecoder().decode(DatasetImport.self, from: Data(text.utf8))
  }
}
