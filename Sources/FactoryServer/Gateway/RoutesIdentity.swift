import Glibc

/// What tells one version of the routing file from the next without reading it.
struct RoutesIdentity: Equatable {
  private let inode: UInt64
  private let seconds: Int
  private let nanoseconds: Int

  /// Looks at the file; nil when there is none.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    inode = UInt64(status.st_ino)
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }
}
