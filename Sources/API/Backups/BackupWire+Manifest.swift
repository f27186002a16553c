public import Basics

extension BackupWire {
  /// Describes a backup by what it says of itself.
  public init(path: String, _ manifest: BackupManifest) {
    self.init(
      path: path, createdAtMs: manifest.createdAtMs, program: manifest.program,
      ledgerBytes: manifest.ledger.bytes, objects: manifest.objectCount,
      objectBytes: manifest.objectBytes)
  }
}
