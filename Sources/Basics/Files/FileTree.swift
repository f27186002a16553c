import Glibc

/// Files and folders by path: the few operations that the factory needs, with errors that name the path.
public enum FileTree {
  /// Whether something (of any kind) lies at `path`.
  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether a folder lies at `path`.
  public static func isFolder(_ path: String) -> Bool {
    var raw = stat()
    return stat(path, &raw) == 0 && raw.st_mode & S_IFMT == S_IFDIR
  }

  /// Size, times and identity of the file at `path`, symbolic links followed.
  public static func status(of path: String) throws(BasicsError) -> OpenFile.Status {
    var raw = stat()
    guard stat(path, &raw) == 0 else { throw .reading(path, errno) }
    return OpenFile.Status(raw)
  }

  /// Creates the folder and those above it that are missing.
  public static func createFolder(_ path: String, mode: UInt32 = 0o700) throws(BasicsError) {
    if mkdir(path, mode) == 0 { return }
    switch errno {
    case EEXIST where isFolder(path): return
    case ENOENT:
      let parent = folder(of: path)
      guard parent != path else { throw .writing(path, ENOENT) }
      try createFolder(parent, mode: mode)
      guard mkdir(path, mode) == 0 || (errno == EEXIST && isFolder(path)) else {
        throw .writing(path, errno)
      }
    default: throw .writing(path, errno)
    }
  }

  /// The names in a folder, sorted by their bytes, without `.` and `..`.
  public static func names(in folder: String) throws(BasicsError) -> [String] {
    guard let stream = opendir(folder) else { throw .reading(folder, errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The whole content of a file; larger than `limit` bytes is an error.
  public static func read(_ path: String, limit: Int = 64 << 20) throws(BasicsError) -> [UInt8] {
    let file = try OpenFile(path, for: .reading)
    let status = try file.status()
    guard status.bytes <= limit else {
      throw BasicsError(
        .fileUnreadable, "\(path) has \(status.bytes) bytes, more than the \(limit) allowed here")
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.bytes) + 1)
    var count = 0
    while true {
      var failure: BasicsError?
      let got = bytes.withUnsafeMutableBytes { buffer in
        do throws(BasicsError) {
          return try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
        } catch {
          failure = error
          return 0
        }
      }
      if let failure { throw failure }
      if got == 0 { break }
      count += got
      guard count <= limit else {
        throw BasicsError(.fileUnreadable, "\(path) has more than the \(limit) bytes allowed here")
      }
      if count == bytes.count { bytes.append(contentsOf: [UInt8](repeating: 0, count: count)) }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// Replaces the file at `path` in one step: a reader sees the old bytes or the new ones.
  ///
  /// The new content is on disk before it gets its name, and its name when this returns.
  public static func write(
    _ bytes: [UInt8], to path: String, mode: UInt32 = 0o600
  ) throws(BasicsError) {
    let temporary = "\(path).\(getpid())-\(UInt64.random(in: 0...UInt64.max)).tmp"
    do throws(BasicsError) {
      let file = try OpenFile(temporary, for: .creating, mode: mode)
      try file.write(bytes)
      try file.synchronize()
      try rename(temporary, to: path)
      try synchronizeFolder(folder(of: path))
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Gives a file or folder another name on the same file system, replacing a file of that name.
  public static func rename(_ path: String, to newPath: String) throws(BasicsError) {
    guard Glibc.rename(path, newPath) == 0 else { throw .writing(newPath, errno) }
  }

  /// Makes the names in a folder durable.
  public static func synchronizeFolder(_ path: String) throws(BasicsError) {
    let descriptor = retryingInterrupts { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw .reading(path, errno) }
    defer { close(descriptor) }
    guard retryingInterrupts({ fsync(descriptor) }) == 0 else { throw .writing(path, errno) }
  }

  /// Removes a file, or a folder with everything in it; what is not there is no error.
  public static func remove(_ path: String) throws(BasicsError) {
    var raw = stat()
    guard lstat(path, &raw) == 0 else {
      if errno == ENOENT { return }
      throw .writing(path, errno)
    }
    guard raw.st_mode & S_IFMT == S_IFDIR else {
      guard unlink(path) == 0 || errno == ENOENT else { throw .writing(path, errno) }
      return
    }
    if raw.st_mode & 0o300 != 0o300 { chmod(path, raw.st_mode | 0o700) }
    for name in try names(in: path) { try remove(path + "/" + name) }
    guard rmdir(path) == 0 || errno == ENOENT else { throw .writing(path, errno) }
  }

  /// The folder that holds `path`: everything before its last slash.
  public static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last part of `path`.
  public static func name(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
    return String(path[path.utf8.index(after: slash)...])
  }

  /// `path` without links, `.` and `..`; nil where nothing is there.
  public static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// `path` as an absolute one, seen from the working folder; `~/` stands for the user's home.
  public static func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    if path == "~" || path.hasPrefix("~/"), let home = getenv("HOME") {
      return String(cString: home) + path.dropFirst(1)
    }
    guard let folder = getcwd(nil, 0) else { return path }
    defer { free(folder) }
    var rest = Substring(path)
    while rest.hasPrefix("./") { rest = rest.dropFirst(2) }
    let base = String(cString: folder)
    return rest == "." || rest.isEmpty ? base : base + "/" + rest
  }
}
