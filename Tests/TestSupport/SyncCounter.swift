import GRDBSQLite
import Glibc
import Synchronization

/// Counts the synchronizations (fsync) that SQLite asks of the system, file by file, and can let the
/// disk seem full.
///
/// A layer around SQLite's own file system (https://www.sqlite.org/vfs.html). Databases that are
/// opened after `install()` are watched.
public enum SyncCounter {
  private struct State {
    var counts: [String: Int] = [:]
    /// Files that cannot be written now.
    var full: Set<String> = []
    /// Paths of open files by the address of SQLite's file.
    var paths: [UInt: String] = [:]
    /// SQLite's own tables of calls by open file, and our copies of them by the original.
    var methods: [UInt: UInt] = [:]
    var copies: [UInt: UInt] = [:]
  }

  private static let state = Mutex(State())

  /// How often the file at `path` was synchronized so far.
  public static func count(path: String) -> Int { state.withLock { $0.counts[path] ?? 0 } }

  /// Lets writes to the file at `path` fail as on a full disk, or succeed again.
  public static func setFull(_ isFull: Bool, path: String) {
    state.withLock { state in
      if isFull { state.full.insert(path) } else { state.full.remove(path) }
    }
  }

  /// Puts the layer in place, once.
  public static func install() { _ = isInstalled }

  private nonisolated(unsafe) static let original = sqlite3_vfs_find(nil)

  private static let isInstalled: Bool = {
    guard let original else { return false }
    let layer = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    layer.initialize(to: original.pointee)
    layer.pointee.pNext = nil
    layer.pointee.zName = UnsafePointer(strdup("counting"))
    layer.pointee.xOpen = { vfs, name, file, flags, outFlags in
      SyncCounter.open(vfs, name, file, flags, outFlags)
    }
    return sqlite3_vfs_register(layer, 1) == SQLITE_OK
  }()

  private static func open(
    _ vfs: UnsafeMutablePointer<sqlite3_vfs>?, _ name: UnsafePointer<CChar>?,
    _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32,
    _ outFlags: UnsafeMutablePointer<Int32>?
  ) -> Int32 {
    guard let code = original?.pointee.xOpen(original, name, file, flags, outFlags) else {
      return SQLITE_ERROR
    }
    guard code == SQLITE_OK, let file, let methods = file.pointee.pMethods, let name else {
      return code
    }
    let address = UInt(bitPattern: methods)
    let key = UInt(bitPattern: file)
    let path = String(cString: name)
    let copy = state.withLock { state in
      state.paths[key] = path
      state.methods[key] = address
      if let copy = state.copies[address] { return copy }
      let copy = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
      copy.initialize(
        to: UnsafePointer<sqlite3_io_methods>(bitPattern: address)?.pointee ?? .init())
      copy.pointee.xSync = { file, flags in SyncCounter.sync(file, flags) }
      copy.pointee.xWrite = { file, bytes, count, offset in
        SyncCounter.write(file, bytes, count, offset)
      }
      state.copies[address] = UInt(bitPattern: copy)
      return UInt(bitPattern: copy)
    }
    file.pointee.pMethods = UnsafePointer(bitPattern: copy)
    return code
  }

  private static func sync(_ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32) -> Int32 {
    let key = UInt(bitPattern: file)
    let methods = state.withLock { state in
      if let path = state.paths[key] { state.counts[path, default: 0] += 1 }
      return state.methods[key] ?? 0
    }
    return UnsafePointer<sqlite3_io_methods>(bitPattern: methods)?.pointee.xSync(file, flags)
      ?? SQLITE_ERROR
  }

  private static func write(
    _ file: UnsafeMutablePointer<sqlite3_file>?, _ bytes: UnsafeRawPointer?, _ count: Int32,
    _ offset: Int64
  ) -> Int32 {
    let key = UInt(bitPattern: file)
    let (isFull, methods) = state.withLock { state in
      (state.full.contains(state.paths[key] ?? ""), state.methods[key] ?? 0)
    }
    guard !isFull else { return SQLITE_FULL }
    return UnsafePointer<sqlite3_io_methods>(bitPattern: methods)?.pointee
      .xWrite(file, bytes, count, offset) ?? SQLITE_ERROR
  }
}
