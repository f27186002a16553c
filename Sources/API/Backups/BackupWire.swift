/// The body of `POST /api/v1/backups`.
public struct BackupRequestWire: Codable, Sendable, Equatable {
  /// Absolute path of the file to write, on the server's machine; it must not exist.
  public var path: String

  /// Asks for a backup in the file `path`.
  public init(path: String) { self.path = path }
}

/// A backup that was made or restored.
public struct BackupWire: Codable, Sendable, Equatable {
  /// The backup's file.
  public var path: String
  /// When it was made, in milliseconds since 1970.
  public var createdAtMs: Int64
  /// The version of the program that made it.
  public var program: String
  /// Size of the ledger in it.
  public var ledgerBytes: Int64
  /// How many objects it holds.
  public var objects: Int
  /// Their size together.
  public var objectBytes: Int64

  /// Joins the parts.
  public init(
    path: String, createdAtMs: Int64, program: String, ledgerBytes: Int64, objects: Int,
    objectBytes: Int64
  ) {
    self.path = path
    self.createdAtMs = createdAtMs
    self.program = program
    self.ledgerBytes = ledgerBytes
    self.objects = objects
    self.objectBytes = objectBytes
  }
}
