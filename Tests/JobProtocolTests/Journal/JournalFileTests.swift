import Foundation
import Glibc
import JobProtocol
import TestSupport
import Testing

struct JournalFileTests {
  private func openFile(_ path: String) throws -> Int32 {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    try #require(file >= 0)
    return file
  }

  @Test func `a reader follows a writer and goes on from any earlier position`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("journal")
    var writer = JournalWriter(file: try openFile(path))
    var reader = JournalReader(path: path)
    let none = reader.next()
    #expect(none.isEmpty)
    var offsets: [Int64] = []
    for (index, record) in JournalFormatTests.records.enumerated() {
      writer.append(record.event, timeMs: record.timeMs)
      let isFlushed = writer.flush()
      let read = reader.next()
      #expect(isFlushed)
      #expect(read == [JournalFormatTests.records[index]])
      offsets.append(reader.offset)
    }
    for (index, offset) in offsets.enumerated() {
      var other = JournalReader(path: path, offset: offset)
      let rest = other.next()
      #expect(rest == Array(JournalFormatTests.records[(index + 1)...]))
    }
  }

  @Test func `a reader stops at damage and says so`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("journal")
    var bytes = JournalFormatTests.bytes
    bytes[bytes.count - 3] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    var reader = JournalReader(path: path)
    let sound = reader.next()
    let more = reader.next()
    #expect(sound.count == JournalFormatTests.records.count - 1)
    #expect(more.isEmpty)
    #expect(reader.isDamaged)
  }

  @Test func `a full disk delays records and leaves no torn one`() throws {
    var writer = JournalWriter(file: open("/dev/full", O_RDWR | O_CLOEXEC))
    writer.append(.note("late"), timeMs: 1)
    let (isFlushed, isBehind) = (writer.flush(), writer.isBehind)
    #expect(!isFlushed)
    #expect(isBehind)
    let report = JournalEvent.report(task: 0, line: Array(repeating: 65, count: 60_000))
    for _ in 0..<200 { writer.append(report, timeMs: 1) }
    let dropped = writer.droppedReports
    #expect(dropped > 0, "what waits is bounded")
  }
}
