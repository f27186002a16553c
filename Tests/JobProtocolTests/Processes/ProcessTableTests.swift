import Glibc
import Testing

@testable import JobProtocol

struct ProcessTableTests {
  @Test func `a process's own status can be read`() throws {
    let status = try #require(ProcessStatus(of: getpid()))
    #expect(status.parent == getppid())
    #expect(status.rssBytes > 1 << 20)
    #expect(!status.isZombie)
    #expect(ProcessTable.all().contains(getpid()))
  }

  @Test func `a name with blanks and parentheses does not confuse the fields`() throws {
    let line =
      "12 (a) b (c) R 1 12 5 0 -1 4194560 1 0 0 0 3 4 7 9 20 0 1 0 77 1000 5 18446744073709551615"
    let status = try #require(ProcessStatus(parsing: Array(line.utf8)))
    #expect(status.parent == 1)
    #expect(status.group == 12)
    #expect(status.startTicks == 77)
    #expect(status.rssBytes == 5 * ProcessStatus.pageBytes)
  }
}
