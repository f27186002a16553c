import GRDBSQLite
import Glibc
import Synchronization

/// Counts the synchronizations (fsync) that SQLite asks of the system, file by file.
///
/// A layer around SQLite's own file system (https://www.sqlite.org/vfs.html) that only counts.
/// Databases that are opened after `install()` are counted.
public enum SyncCounter {
  private struct State {
    var counts: [String: Int] = [:]
    /// Paths of open files by the address of SQLite's file.
    var paths: [UInt: String] = [:]
    /// SQLite's own tables of calls by open file, and our copies of them by the original.
    var methods: [UInt: UInt] = [:]
    var copies: [UInt: UInt] = [:]
  }

  private static let state = Mutex(State())

  /// How often the file at `path` was synchronized so far.
  public static func count(path: String) -> Int { state.withLock { $0.counts[path] ?? 0 } }

  /// Puts the counting layer in place, once.
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
}
