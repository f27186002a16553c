import CDuckDB
import Synchronization

/// DuckDB, loaded into this process from a shared object.
///
/// One DuckDB per process: the first path that loads stays.
public struct DuckDBLibrary: Sendable {
  private static let loading = Mutex(())

  /// The engine's version, such as `v2.0.0`.
  public let version: String

  /// Loads the shared object at `path` unless one is loaded already.
  public init(path: String) throws(DataError) {
    var reason = [CChar](repeating: 0, count: 1_024)
    let status = Self.loading.withLock { _ in
      cduckdb_load(path, &reason, reason.count)
    }
    guard status == 0 else {
      throw DataError(
        .engineMissing, "DuckDB cannot be loaded from \(path): \(text(reason))",
        hint: "Run `aifactory doctor`, then `aifactory engines install`.")
    }
    version = String(cString: cduckdb_library_version())
  }

  /// Opens a database in memory that spills to disk.
  public func open(_ settings: DuckDBSettings = DuckDBSettings()) throws(DataError)
    -> DuckDBConnection
  {
    try DuckDBConnection(settings: settings)
  }
}

/// What a DuckDB connection may use.
public struct DuckDBSettings: Sendable {
  /// Threads that work on a query.
  public var threads: Int
  /// Bytes of memory before intermediate results are spilled; nil leaves it to the engine.
  public var memoryBytes: Int64?
  /// Folder for spilled data; nil spills nothing.
  public var spillFolder: String?

  /// Puts the parts together.
  public init(threads: Int = 2, memoryBytes: Int64? = nil, spillFolder: String? = nil) {
    self.threads = threads
    self.memoryBytes = memoryBytes
    self.spillFolder = spillFolder
  }
}

/// The text of a buffer that ends with a zero byte.
private func text(_ buffer: [CChar]) -> String {
  String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
