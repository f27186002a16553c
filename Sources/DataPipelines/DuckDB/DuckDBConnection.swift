import CDuckDB
import Foundation

/// A connection to a database; used by one thread at a time.
public final class DuckDBConnection {
  private var database: cduckdb_database?
  /// The connection whose database this one shares; nil for one with a database of its own.
  private let owner: DuckDBConnection?
  private var connection: cduckdb_connection?

  /// Opens a database in memory.
  init(settings: DuckDBSettings) throws(DataError) {
    owner = nil
    var config: cduckdb_config?
    guard cduckdb_create_config(&config) == 0 else {
      throw DataError(.engineFailed, "DuckDB could not make a configuration.")
    }
    defer { cduckdb_destroy_config(&config) }
    var options = [
      "threads": String(max(1, settings.threads)),
      "autoinstall_known_extensions": "false",
      "autoload_known_extensions": "false",
      "allow_community_extensions": "false",
      "temp_directory": settings.spillFolder ?? "",
    ]
    if let bytes = settings.memoryBytes { options["memory_limit"] = "\(bytes)B" }
    for (name, value) in options {
      guard cduckdb_set_config(config, name, value) == 0 else {
        throw DataError(.engineFailed, "DuckDB refused the setting \(name)=\(value).")
      }
    }
    var reason: UnsafeMutablePointer<CChar>?
    guard cduckdb_open_ext(":memory:", &database, config, &reason) == 0 else {
      let message = reason.map { String(cString: $0) } ?? "unknown reason"
      if let reason { cduckdb_free(reason) }
      throw DataError(.engineFailed, "DuckDB could not open a database: \(message)")
    }
    guard cduckdb_connect(database, &connection) == 0 else {
      cduckdb_close(&database)
      throw DataError(.engineFailed, "DuckDB refused a connection.")
    }
  }

  /// Opens another connection to the same database, for another thread.
  init(beside other: DuckDBConnection) throws(DataError) {
    owner = other.owner ?? other
    guard cduckdb_connect(owner?.database, &connection) == 0 else {
      throw DataError(.engineFailed, "DuckDB refused a second connection.")
    }
  }

  deinit {
    cduckdb_disconnect(&connection)
    if owner == nil { cduckdb_close(&database) }
  }

  /// Runs one statement whose rows do not matter.
  public func execute(_ sql: String) throws(SQLFailure) {
    _ = try query(sql)
  }

  /// Runs one statement and keeps its rows in the engine's memory.
  ///
  /// Several statements in one text are refused, so an expression cannot smuggle in another.
  public func query(_ sql: String) throws(SQLFailure) -> DuckDBResult {
    var statement = try prepare(sql)
    defer { cduckdb_destroy_prepare(&statement) }
    var result = cduckdb_result()
    guard cduckdb_execute_prepared(statement, &result) == 0 else {
      let failure = SQLFailure(message: String(cString: cduckdb_result_error(&result)), sql: sql)
      cduckdb_destroy_result(&result)
      throw failure
    }
    return DuckDBResult(taking: result)
  }

  /// Runs one query and hands out its rows while they are made.
  public func stream(_ sql: String) throws(SQLFailure) -> DuckDBResult {
    var statement = try prepare(sql)
    defer { cduckdb_destroy_prepare(&statement) }
    var pending: cduckdb_pending?
    defer { cduckdb_destroy_pending(&pending) }
    var result = cduckdb_result()
    guard cduckdb_pending_prepared_streaming(statement, &pending) == 0 else {
      let message = pending.flatMap { cduckdb_pending_error($0) }.map { String(cString: $0) }
      throw SQLFailure(message: message ?? "unknown reason", sql: sql)
    }
    guard cduckdb_execute_pending(pending, &result) == 0 else {
      let failure = SQLFailure(message: String(cString: cduckdb_result_error(&result)), sql: sql)
      cduckdb_destroy_result(&result)
      throw failure
    }
    return DuckDBResult(taking: result)
  }

  private func prepare(_ sql: String) throws(SQLFailure) -> cduckdb_statement? {
    var statement: cduckdb_statement?
    guard cduckdb_prepare(connection, sql, &statement) == 0 else {
      let message = cduckdb_prepare_error(statement).map { String(cString: $0) }
      cduckdb_destroy_prepare(&statement)
      throw SQLFailure(message: message ?? "the statement cannot be prepared", sql: sql)
    }
    return statement
  }
}

/// A statement that DuckDB refused or could not finish, in its words.
public struct SQLFailure: Error, Sendable, CustomStringConvertible {
  /// What DuckDB said, several lines at times.
  public var message: String
  /// The statement; empty where it is not known.
  public var sql: String

  /// The engine's message.
  public var description: String { message }

  /// The first paragraph of the message without the class of the error and the quoted statement.
  public var summary: String {
    var line =
      message.split(separator: "\n", omittingEmptySubsequences: true).first.map(String.init)
      ?? message
    if let colon = line.range(of: " Error: ") { line = String(line[colon.upperBound...]) }
    return line
  }

  /// Whether memory ran out.
  var isOutOfMemory: Bool { message.hasPrefix("Out of Memory") }

  /// Whether the statement wanted a file or the network.
  var isAccessRefused: Bool { message.hasPrefix("Permission Error") }
}
