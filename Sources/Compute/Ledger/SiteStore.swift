import Basics
import GRDB

/// The rows of sites: each method is one step of a transaction.
enum SiteStore {
  /// All sites but this machine, by name.
  static func list(in db: Database) throws -> [Site] {
    let said = try SiteDeclarationStore.all(in: db)
    return try SiteRecord.fetchAll(db, sql: "SELECT * FROM site ORDER BY name").map { record in
      var site = try record.site
      site.declaration = said[record.name] ?? SiteDeclaration()
      return site
    }
  }

  /// The site of a name; nil where there is none.
  static func site(_ name: String, in db: Database) throws -> Site? {
    guard var site = try SiteRecord.fetchOne(db, key: name)?.site else { return nil }
    site.declaration = try SiteDeclarationStore.declaration(of: name, in: db)
    return site
  }

  /// Adds a site.
  static func add(
    _ record: SiteRecord, _ declaration: SiteDeclaration, in db: Database
  ) throws {
    guard try SiteRecord.fetchOne(db, key: record.name) == nil else {
      throw JobError(
        .siteTaken, "there is a site named '\(record.name)' already",
        hint: "Choose another name, or remove it: aifactory sites remove \(record.name)")
    }
    try record.insert(db)
    try SiteDeclarationStore.keep(declaration, of: record.name, in: db)
  }

  /// Keeps what a site's engine said of itself.
  static func keep(_ inventory: SiteInventory, of name: String, in db: Database) throws {
    try db.execute(
      sql: "UPDATE site SET inventory = ? WHERE name = ?",
      arguments: [try RecordJSON.text(inventory), name])
  }

  /// Forgets a site on which no job waits or runs.
  static func remove(_ name: String, in db: Database) throws {
    try checkUnused(name, in: db)
    try db.execute(sql: "DELETE FROM site WHERE name = ?", arguments: [name])
    try SiteDeclarationStore.remove(name, in: db)
  }

  /// Throws where a site was removed on which a job is to run once more.
  static func checkKnown(_ name: String, in db: Database) throws {
    guard name != Site.localName, try SiteRecord.fetchOne(db, key: name) == nil else { return }
    throw JobError(
      .siteUnknown, "the job ran on the site '\(name)', which was removed",
      hint: "Add it again (`aifactory sites add`), or submit the job anew elsewhere.")
  }

  /// Throws where jobs wait or run on a site.
  static func checkUnused(_ name: String, in db: Database) throws {
    let open = try Int.fetchOne(
      db, sql: "SELECT COUNT(*) FROM job WHERE site = ? AND state <> 'ended'", arguments: [name])
    guard open ?? 0 == 0 else {
      throw JobError(
        .siteInUse, "\(open ?? 0) jobs of the site '\(name)' have not ended",
        hint: "Cancel them, or wait for their end: aifactory jobs list")
    }
  }
}
