import Foundation

/// The last file of a backup, which says what it holds: without it a backup is not complete.
public struct BackupManifest: Codable, Equatable, Sendable {
  static let name = "backup.json"
  static let ledgerName = "factory.sqlite"

  /// A file that lies outside of the ledger and the objects.
  public struct File: Codable, Equatable, Sendable {
    /// Relative to the home.
    public var path: String
    /// What it must hash to.
    public var sha256: ObjectDigest
    /// Size in bytes.
    public var bytes: Int64
  }

  /// Raised when the layout of backups changes.
  public var formatVersion: Int
  /// The version of the program that made it.
  public var program: String
  /// Milliseconds since 1970.
  public var createdAtMs: Int64
  /// The database.
  public var ledger: File
  /// How many objects it holds.
  public var objectCount: Int
  /// Their size together, in bytes.
  public var objectBytes: Int64
  /// Recorded predictions.
  public var files: [File]

  func encoded() throws(BasicsError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(self)) + [0x0A]
    } catch {
      throw BasicsError(.backupInvalid, "the backup's description cannot be written: \(error)")
    }
  }

  init(encoded bytes: [UInt8]) throws(BasicsError) {
    do {
      self = try JSONDecoder().decode(BackupManifest.self, from: Data(bytes))
    } catch {
      throw TarHeader.damaged("its description cannot be read")
    }
    guard formatVersion == 1 else {
      throw BasicsError(
        .backupInvalid, "the backup was made by a later version of aifactory (\(program))",
        hint: "restore it with that version")
    }
  }

  init(program: String, createdAtMs: Int64, ledger: File) {
    formatVersion = 1
    self.program = program
    self.createdAtMs = createdAtMs
    self.ledger = ledger
    objectCount = 0
    objectBytes = 0
    files = []
  }
}
