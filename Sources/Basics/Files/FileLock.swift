import CLinux
import Glibc

/// The exclusive right to something, which a file stands for; held until the value goes away or the
/// process ends, however it dies.
///
/// A lock of the open file description (fcntl(2)): child processes do not inherit it, and asking
/// who holds it never takes it, so that a question cannot get in somebody's way.
public final class FileLock: Sendable {
  private let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Takes the lock of the file at `path`, which is made if it is missing; nil while another has it.
  public static func take(_ path: String) throws(BasicsError) -> FileLock? {
    let opened = retryingInterrupts { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
    guard opened >= 0 else { throw .writing(path, errno) }
    let lock = FileLock(opened)
    switch factory_lock_open_file(opened) {
    case 0: break
    case EAGAIN, EACCES: return nil
    case let number: throw .writing(path, number)
    }
    let line = String(getpid())
    let bytes = Array((line + String(repeating: " ", count: 15 - line.utf8.count) + "\n").utf8)
    let written = retryingInterrupts { pwrite(opened, bytes, bytes.count, 0) }
    guard written == bytes.count else { throw .writing(path, written < 0 ? errno : ENOSPC) }
    return lock
  }

  /// Whether somebody holds the lock now.
  public static func isHeld(_ path: String) -> Bool {
    let opened = retryingInterrupts { open(path, O_RDWR | O_CLOEXEC) }
    guard opened >= 0 else { return false }
    defer { close(opened) }
    return factory_open_file_is_locked(opened) == 1
  }

  /// The process that holds the lock; nil where nobody does.
  public static func holder(_ path: String) -> Int32? {
    // What cannot be read names nobody.
    guard isHeld(path), let bytes = try? FileTree.read(path, limit: 64) else { return nil }
    return Int32(String(decoding: bytes.prefix { $0 > 32 }, as: UTF8.self))
  }

  deinit {
    // A process that is being forked has the description too, until it runs its program.
    factory_unlock_open_file(descriptor)
    close(descriptor)
  }
}
