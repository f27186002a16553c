import Testing

@testable import FactoryServer

struct ByteRangeTests {
  @Test(arguments: [
    (nil, ByteRange.whole), ("bytes=0-9", .part(0..<10)), ("bytes=90-", .part(90..<100)),
    ("bytes=90-1000", .part(90..<100)), ("bytes=-5", .part(95..<100)),
    ("bytes=-500", .part(0..<100)), ("Bytes=3-3", .part(3..<4)), ("bytes=100-", .unsatisfiable),
    ("bytes=100-200", .unsatisfiable), ("bytes=-0", .unsatisfiable), ("bytes=5-4", .whole),
    ("bytes=0-1,5-6", .whole), ("lines=0-1", .whole), ("bytes=", .whole), ("bytes=-", .whole),
    ("bytes=a-b", .whole), ("bytes=0-9223372036854775807", .part(0..<100)),
    ("bytes=0-99999999999999999999", .whole),
  ])
  func `a range is read as RFC 9110 says`(header: String?, expected: ByteRange) {
    #expect(ByteRange(header, size: 100) == expected)
  }

  @Test func `a file without bytes has no part`() {
    #expect(ByteRange("bytes=0-", size: 0) == .unsatisfiable)
    #expect(ByteRange(nil, size: 0) == .whole)
  }
}
