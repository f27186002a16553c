import Glibc

/// Files and folders that work which died has left in a home.
public struct HomeLeftovers: Sendable {
  /// A path with the bytes that its removal frees.
  public struct Found: Sendable, Equatable {
    /// Absolute.
    public var path: String
    /// Files that other names keep alive do not count.
    public var bytes: Int64

    /// Joins the parts.
    public init(path: String, bytes: Int64) {
      self.path = path
      self.bytes = bytes
    }
  }

  private let home: FactoryHome

  /// Those of `home`.
  public init(_ home: FactoryHome) { self.home = home }

  /// What nobody has changed since a moment, in order of path.
  ///
  /// That is everything in `<home>/tmp`, objects whose writers died, files that were to replace
  /// another (`NAME.<pid>-<number>.tmp`), and archives of code that no job has used.
  public func found(unchangedSinceMs cutoffMs: Int64) throws(BasicsError) -> [Found] {
    var paths: [String] = []
    for name in try names(in: home.temporaryPath) { paths.append("\(home.temporaryPath)/\(name)") }
    for name in try names(in: home.codePath) { paths.append("\(home.codePath)/\(name)") }
    let objects = home.objects.temporaryFolder
    for name in try names(in: objects) where Self.isOfDeadProcess(name) {
      paths.append("\(objects)/\(name)")
    }
    for folder in [home.path, home.gatewayPath] {
      for name in try names(in: folder)
      where name.wholeMatch(of: /.+\.\d+-\d+\.(tmp|partial)/) != nil {
        paths.append("\(folder)/\(name)")
      }
    }
    return paths.filter { FileTree.changedAtMs($0) ?? .max < cutoffMs }
      .map { Found(path: $0, bytes: FileTree.ownBytes(of: $0)) }
  }

  private func names(in folder: String) throws(BasicsError) -> [String] {
    FileTree.exists(folder) ? try FileTree.names(in: folder) : []
  }

  private static func isOfDeadProcess(_ name: String) -> Bool {
    guard let pid = name.split(separator: "-").first.flatMap({ Int32($0) }) else { return true }
    return kill(pid, 0) != 0 && errno == ESRCH
  }
}

extension FileTree {
  /// When the file or folder itself last changed in any way: milliseconds since 1970.
  public static func changedAtMs(_ path: String) -> Int64? {
    var raw = stat()
    guard lstat(path, &raw) == 0 else { return nil }
    return Int64(raw.st_ctim.tv_sec) * 1_000 + Int64(raw.st_ctim.tv_nsec) / 1_000_000
  }

  /// Bytes of a file or of all files in a folder; those with other names elsewhere do not count.
  public static func ownBytes(of path: String) -> Int64 {
    var raw = stat()
    guard lstat(path, &raw) == 0 else { return 0 }
    guard raw.st_mode & S_IFMT == S_IFDIR else {
      return raw.st_nlink > 1 ? 0 : Int64(raw.st_size)
    }
    // A folder that cannot be read counts as empty; removing it says what is wrong.
    return ((try? names(in: path)) ?? []).reduce(0) { $0 + ownBytes(of: path + "/" + $1) }
  }
}
