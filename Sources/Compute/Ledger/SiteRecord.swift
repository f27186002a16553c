import Basics
import GRDB

/// One row of the `site` table.
struct SiteRecord: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "site"

  var name: String
  var driver: String
  var options: String
  var inventory: String?
  var createdAtMs: Int64

  /// The row of a site that a person added.
  init(_ name: String, _ options: SlurmOptions, inventory: SiteInventory, atMs: Int64) throws {
    self.name = name
    driver = "slurm"
    self.options = try RecordJSON.text(options)
    self.inventory = try RecordJSON.text(inventory)
    createdAtMs = atMs
  }

  var site: Site {
    get throws {
      Site(
        name: name, slurm: try RecordJSON.value(options),
        inventory: try inventory.map { try RecordJSON.value($0) }, createdAtMs: createdAtMs)
    }
  }
}
