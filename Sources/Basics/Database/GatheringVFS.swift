import GRDBSQLite
import Glibc

/// A layer below SQLite that hands a commit to the system in one call.
///
/// SQLite writes each frame of its write-ahead log in two calls, a header of 24 bytes and a page
/// (https://www.sqlite.org/fileformat2.html#walformat), and calls cost more than what they write. Here frames that
/// follow one another are gathered, and written once the frame that ends their transaction is there or anything else
/// is asked of the file. Until that frame is written, no connection looks at those before it, and a commit is on disk
/// when SQLite has synchronized the log, as ever. All other files are the system's own
/// (https://www.sqlite.org/vfs.html).
///
/// What pages a transaction writes before its end, because they find no room in memory, would wait here when it is
/// undone, and could come to lie over what another program has committed by then. A connection that writes therefore
/// keeps them in memory (`PRAGMA cache_spill = OFF`), as the ledger's does.
enum GatheringVFS {
  /// What opens databases from now on.
  ///
  /// - Throws: `ledger_unusable` where SQLite takes no layer.
  static func register() throws {
    guard isRegistered else {
      throw LedgerError(
        .ledgerUnusable, "SQLite takes no layer below it",
        hint: "install the system's package of SQLite")
    }
  }

  /// SQLite's own; registered layers stay for good.
  fileprivate static let system = Fixed(sqlite3_vfs_find(nil))

  private static let isRegistered: Bool = {
    guard let system = system.pointer else { return false }
    let layer = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    // The system's functions take any structure with their data for theirs; it stays for good.
    layer.initialize(to: system.pointee)
    layer.pointee.zName = UnsafePointer(strdup("gathering"))
    layer.pointee.pNext = nil
    layer.pointee.szOsFile += Int32(GatheredLog.headBytes)
    layer.pointee.xOpen = { _, name, file, flags, outFlags in
      guard let system = GatheringVFS.system.pointer, let file else { return SQLITE_CANTOPEN }
      guard flags & SQLITE_OPEN_WAL != 0 else {
        return system.pointee.xOpen(system, name, file, flags, outFlags)
      }
      let log = GatheredLog.place(at: file)
      let code = system.pointee.xOpen(system, name, log.pointee.file, flags, outFlags)
      // Without methods, SQLite does not close it.
      if code != SQLITE_OK { log.pointee.head.pMethods = nil }
      return code
    }
    return sqlite3_vfs_register(layer, 1) == SQLITE_OK
  }()
}

/// A pointer to what is made once and never changes, so that all threads may read it.
private struct Fixed<Pointer>: @unchecked Sendable {
  let pointer: Pointer

  init(_ pointer: Pointer) { self.pointer = pointer }
}

/// A write-ahead log that one connection has open, at the beginning of the memory that SQLite gives for it; the
/// system's own file lies behind it.
private struct GatheredLog {
  /// What SQLite knows of it.
  var head: sqlite3_file
  /// The system's file.
  let file: UnsafeMutablePointer<sqlite3_file>
  /// What is not written yet, `count` bytes that belong at `end - count`.
  var bytes: UnsafeMutableRawPointer?
  var count = 0
  /// Where the latest write ended.
  var end: Int64 = 0
  /// Whether the latest header was that of a transaction's last frame.
  var endsTransaction = false

  typealias Pointer = UnsafeMutablePointer<GatheredLog>

  static let headBytes = (MemoryLayout<GatheredLog>.size + 15) / 16 * 16
  static let frameHeaderBytes: Int32 = 24
  /// SQLite's layer above Unix writes no more at once, and takes a longer write for one on a full disk.
  static let capacity = 0x1ffff

  static func place(at memory: UnsafeMutablePointer<sqlite3_file>) -> Pointer {
    let raw = UnsafeMutableRawPointer(memory)
    let log = raw.bindMemory(to: GatheredLog.self, capacity: 1)
    log.initialize(
      to: GatheredLog(
        head: sqlite3_file(pMethods: methods.pointer),
        file: (raw + headBytes).assumingMemoryBound(to: sqlite3_file.self)))
    return log
  }

  static func at(_ file: UnsafeMutablePointer<sqlite3_file>?) -> Pointer {
    guard let file else { fatalError("SQLite asks for a file that it does not name") }
    // Only what `place` has made has these methods.
    return UnsafeMutableRawPointer(file).assumingMemoryBound(to: GatheredLog.self)
  }

  var system: sqlite3_io_methods { file.pointee.pMethods.pointee }

  mutating func write(_ data: UnsafeRawPointer, _ amount: Int32, at offset: Int64) -> Int32 {
    let isHeader = amount == Self.frameHeaderBytes
    if isHeader {
      // Bytes 4 to 7: the size of the database after the transaction, in its last frame only.
      endsTransaction = data.loadUnaligned(fromByteOffset: 4, as: UInt32.self) != 0
    }
    // Frames at the place of those that wait: SQLite has undone these.
    if isHeader, offset <= end - Int64(count) { count = 0 }
    let follows = offset == end
    if !follows || count + Int(amount) > Self.capacity {
      let code = flushOrForget()
      guard code == SQLITE_OK else { return code }
    }
    end = offset + Int64(amount)
    guard follows, Int(amount) <= Self.capacity else {
      return system.xWrite(file, data, amount, offset)
    }
    if bytes == nil { bytes = .allocate(byteCount: Self.capacity, alignment: 16) }
    guard let bytes else { return SQLITE_NOMEM }
    (bytes + count).copyMemory(from: data, byteCount: Int(amount))
    count += Int(amount)
    return endsTransaction && !isHeader ? flushOrForget() : SQLITE_OK
  }

  /// Writes what was gathered; SQLite ends a transaction with a write that failed.
  private mutating func flushOrForget() -> Int32 {
    let code = flush()
    count = 0
    return code
  }

  /// Writes what was gathered, which waits on where that fails: SQLite may go on after a read that failed.
  mutating func flush() -> Int32 {
    guard count > 0, let bytes else { return SQLITE_OK }
    let code = system.xWrite(file, bytes, Int32(count), end - Int64(count))
    if code == SQLITE_OK { count = 0 }
    return code
  }

  /// Asks the system's file something for which all must be written.
  static func ask(
    _ file: UnsafeMutablePointer<sqlite3_file>?,
    _ question: (sqlite3_io_methods, UnsafeMutablePointer<sqlite3_file>) -> Int32
  ) -> Int32 {
    let log = at(file)
    let code = log.pointee.flush()
    return code == SQLITE_OK ? question(log.pointee.system, log.pointee.file) : code
  }

  private static let methods: Fixed<UnsafePointer<sqlite3_io_methods>> = {
    var methods = sqlite3_io_methods()
    methods.iVersion = 1
    methods.xClose = { file in
      let log = at(file)
      // What is left belongs to a transaction that did not end.
      log.pointee.bytes?.deallocate()
      log.pointee.bytes = nil
      return log.pointee.system.xClose(log.pointee.file)
    }
    methods.xRead = { file, data, amount, offset in
      ask(file) { $0.xRead($1, data, amount, offset) }
    }
    methods.xWrite = { file, data, amount, offset in
      guard let data else { return SQLITE_MISUSE }
      return at(file).pointee.write(data, amount, at: offset)
    }
    methods.xTruncate = { file, size in ask(file) { $0.xTruncate($1, size) } }
    methods.xSync = { file, flags in ask(file) { $0.xSync($1, flags) } }
    methods.xFileSize = { file, size in ask(file) { $0.xFileSize($1, size) } }
    methods.xLock = { file, level in ask(file) { $0.xLock($1, level) } }
    methods.xUnlock = { file, level in ask(file) { $0.xUnlock($1, level) } }
    methods.xCheckReservedLock = { file, answer in ask(file) { $0.xCheckReservedLock($1, answer) } }
    methods.xFileControl = { file, code, data in ask(file) { $0.xFileControl($1, code, data) } }
    methods.xSectorSize = { file in at(file).pointee.system.xSectorSize(at(file).pointee.file) }
    methods.xDeviceCharacteristics = { file in
      at(file).pointee.system.xDeviceCharacteristics(at(file).pointee.file)
    }
    let pointer = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    pointer.initialize(to: methods)
    return Fixed(UnsafePointer(pointer))
  }()
}
