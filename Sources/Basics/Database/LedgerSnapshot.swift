import GRDB

/// Copies of a ledger's file.
enum LedgerSnapshot {
  /// Writes the state of one moment into a new file, while others read and write.
  ///
  /// `VACUUM INTO` (https://www.sqlite.org/lang_vacuum.html) reads in one transaction, which in
  /// WAL mode does not hold up those that write.
  static func take(of path: String, into copy: String) throws {
    do {
      var configuration = Configuration()
      configuration.busyMode = .timeout(10)
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      defer {
        // Nothing was written through it.
        try? queue.close()
      }
      try queue.writeWithoutTransaction { db in
        try db.execute(sql: "VACUUM INTO ?", arguments: [copy])
      }
    } catch let error as DatabaseError {
      throw LedgerError.commit(error)
    }
  }

  /// Makes sure that a file is a whole database.
  static func check(_ path: String) throws {
    do {
      let queue = try DatabaseQueue(path: path)
      defer {
        // Nothing was written through it.
        try? queue.close()
      }
      let verdict = try queue.read { try String.fetchOne($0, sql: "PRAGMA integrity_check(1)") }
      guard verdict == "ok" else { throw TarHeader.damaged("its ledger is damaged") }
    } catch is DatabaseError {
      throw TarHeader.damaged("its ledger is no database")
    }
  }
}
