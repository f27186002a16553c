import Glibc

extension FileTree {
  /// When the content of a file, or the list of a folder's files, last changed: milliseconds since 1970.
  public static func modifiedAtMs(_ path: String) -> Int64? {
    var raw = stat()
    guard lstat(path, &raw) == 0 else { return nil }
    return Int64(raw.st_mtim.tv_sec) * 1_000 + Int64(raw.st_mtim.tv_nsec) / 1_000_000
  }

  /// Sets that time to now; false where nothing is there, or it may not be done.
  public static func touch(_ path: String) -> Bool { utimensat(AT_FDCWD, path, nil, 0) == 0 }
}
