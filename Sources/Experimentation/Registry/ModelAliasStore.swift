import Basics
public import GRDB

extension ModelStore {
  /// Points an alias at a version, in a transaction of its own.
  public func setAlias(
    _ alias: String, of name: String, to version: Int, in project: String = "default"
  ) async throws {
    try await ledger.write { db in
      try Self.setAlias(alias, of: name, to: version, project: project, in: db)
    }
  }

  /// Points an alias at a version; it may have pointed elsewhere.
  public static func setAlias(
    _ alias: String, of name: String, to version: Int, project: String = "default",
    in db: Database
  ) throws {
    try checkAlias(alias)
    let model = try find(name, project: project, in: db)
    _ = try self.version(version, of: name, project: project, in: db)
    try db.execute(
      sql: "INSERT OR REPLACE INTO modelAlias (model, alias, version) VALUES (?, ?, ?)",
      arguments: [model.number, alias, version])
  }

  private static func checkAlias(_ alias: String) throws {
    let isWord = alias.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
    let refusal: String? =
      if alias.unicodeScalars.count > 255 {
        "'Registered model alias name' exceeds the maximum length of 255 characters"
      } else if alias.isEmpty || !isWord {
        "Invalid alias name: '\(alias.prefix(60))'. Names may only contain alphanumerics, "
          + "underscores (_), and dashes (-)."
      } else if alias.lowercased() == "latest" {
        "'latest' alias name (case insensitive) is reserved."
      } else if alias.wholeMatch(of: /v[0-9]+/.ignoresCase()) != nil {
        "Version alias name '\(alias)' is reserved."
      } else if alias.allSatisfy(\.isNumber) {
        "Invalid alias name: '\(alias)'. A number would be mistaken for a version."
      } else {
        nil
      }
    if let refusal { throw ExperimentationError(.invalidValue, refusal) }
  }

  /// The number of the version that was registered under a key of its maker's; nil where there is none.
  public static func version(
    registeredAs key: String, of name: String, project: String = "default", in db: Database
  ) throws -> Int? {
    let model = try find(name, project: project, in: db)
    return try Int.fetchOne(
      db, sql: "SELECT version FROM modelVersion WHERE model = ? AND registrationKey = ?",
      arguments: [model.number, key])
  }

  /// Removes an alias; one that does not exist is no error.
  public static func deleteAlias(
    _ alias: String, of name: String, project: String = "default", in db: Database
  ) throws {
    let model = try find(name, project: project, in: db)
    try db.execute(
      sql: "DELETE FROM modelAlias WHERE model = ? AND alias = ?",
      arguments: [model.number, alias])
  }

  /// The version that an alias points to; `latest`, in any case, is the one with the highest number.
  public static func version(
    alias: String, of name: String, project: String = "default", in db: Database
  ) throws -> ModelVersion {
    let model = try find(name, project: project, in: db)
    if alias.lowercased() == "latest" {
      let last = try Int.fetchOne(
        db, sql: "SELECT max(version) FROM modelVersion WHERE model = ?",
        arguments: [model.number])
      guard let last else {
        throw ExperimentationError(
          .modelVersionNotFound, "Latest version not found for model \(name).")
      }
      return try version(last, of: name, project: project, in: db)
    }
    let number = try Int.fetchOne(
      db, sql: "SELECT version FROM modelAlias WHERE model = ? AND alias = ?",
      arguments: [model.number, alias])
    guard let number else {
      throw ExperimentationError(.aliasNotFound, "Registered model alias \(alias) not found.")
    }
    return try version(number, of: name, project: project, in: db)
  }
}
