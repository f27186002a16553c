import Basics
import Foundation
import Glibc
import TestSupport
import Testing

struct FileLockTests {
  @Test func `a lock goes with its value, though a process that is being forked has the file, too`()
    throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("lock")
    var lock = try FileLock.take(path)
    #expect(FileLock.isHeld(path))
    #expect(FileLock.holder(path) == getpid())
    #expect(try FileLock.take(path) == nil)
    // As a child has it between fork and exec.
    let descriptor = try #require(
      FileTree.names(in: "/proc/self/fd").compactMap(Int32.init).first {
        // One that was closed meanwhile leads nowhere.
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
      })
    let copy = dup(descriptor)
    defer { close(copy) }
    lock = nil
    #expect(!FileLock.isHeld(path))
    #expect(try FileLock.take(path) != nil)
    _ = lock
  }
}
