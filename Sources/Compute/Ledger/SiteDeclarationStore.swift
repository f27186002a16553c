import Basics
import GRDB

/// The rows of what people say of sites: each method is one step of a transaction.
enum SiteDeclarationStore {
  /// What was said of each site; one without a row has nothing said of it.
  static func all(in db: Database) throws -> [String: SiteDeclaration] {
    let rows = try Row.fetchAll(db, sql: "SELECT * FROM siteDeclaration")
    return try Dictionary(
      uniqueKeysWithValues: rows.map { ($0["site"], try declaration($0)) })
  }

  /// What was said of one site.
  static func declaration(of site: String, in db: Database) throws -> SiteDeclaration {
    let row = try Row.fetchOne(
      db, sql: "SELECT * FROM siteDeclaration WHERE site = ?", arguments: [site])
    return try row.map { try declaration($0) } ?? SiteDeclaration()
  }

  /// Keeps what is said of a site in place of what was.
  static func keep(_ said: SiteDeclaration, of site: String, in db: Database) throws {
    try db.execute(
      sql: """
        INSERT OR REPLACE INTO siteDeclaration
          (site, location, energySource, carbonMgPerKWh, carbonOrigin, dataClasses)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        site, said.location, said.energySource,
        said.carbon.map { Int64(($0.gramsPerKWh * 1_000).rounded()) }, said.carbon?.origin,
        try said.dataClasses.map { try RecordJSON.text($0) },
      ])
  }

  /// Forgets what was said of a site.
  static func remove(_ site: String, in db: Database) throws {
    try db.execute(sql: "DELETE FROM siteDeclaration WHERE site = ?", arguments: [site])
  }

  private static func declaration(_ row: Row) throws -> SiteDeclaration {
    let milligrams: Int64? = row["carbonMgPerKWh"]
    let classes: String? = row["dataClasses"]
    return SiteDeclaration(
      location: row["location"], energySource: row["energySource"],
      carbon: milligrams.map {
        CarbonIntensity(gramsPerKWh: Double($0) / 1_000, origin: row["carbonOrigin"])
      }, dataClasses: try classes.map { try RecordJSON.value($0) })
  }
}
