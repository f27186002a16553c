import Glibc

/// The exclusive right to serve a home, held until the value goes away or the process ends.
///
/// An advisory lock (flock(2)) on `<home>/lock`: the kernel releases it however the process dies.
/// Child processes do not inherit it.
public final class HomeLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock.
  ///
  /// - Throws: `home_in_use` where another process holds it.
  public init(_ home: FactoryHome) throws(BasicsError) {
    try FileTree.createFolder(home.path)
    let opened = retryingInterrupts { open(home.lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
    guard opened >= 0 else { throw .writing(home.lockPath, errno) }
    guard retryingInterrupts({ flock(opened, LOCK_EX | LOCK_NB) }) == 0 else {
      let number = errno
      close(opened)
      guard number == EWOULDBLOCK else { throw .writing(home.lockPath, number) }
      throw BasicsError(
        .homeInUse, "a server already runs on \(home.path)",
        hint: "use it, end it with `aifactory stop`, or choose another folder with --home")
    }
    descriptor = opened
  }

  /// Whether some process serves this home now.
  public static func isHeld(_ home: FactoryHome) -> Bool {
    let opened = retryingInterrupts { open(home.lockPath, O_RDWR | O_CLOEXEC) }
    guard opened >= 0 else { return false }
    defer { close(opened) }
    return retryingInterrupts { flock(opened, LOCK_SH | LOCK_NB) } != 0 && errno == EWOULDBLOCK
  }

  deinit { close(descriptor) }
}
