import Basics
import Experimentation
import Foundation
import GRDB

/// A ledger with the tables of this target in a temporary folder of its own.
struct TestLedger {
  let ledger: Ledger
  private let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/experimentation-\(UUID())"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    ledger = try Ledger(
      path: folder + "/factory.sqlite",
      migrations: BasicsMigrations.all + ExperimentationMigrations.all)
  }

  func remove() throws { try FileManager.default.removeItem(atPath: folder) }
}
