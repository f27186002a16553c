import Basics
import Testing

struct QuantityTests {
  @Test(arguments: [
    ("16GB", 16_000_000_000), ("512 MiB", 536_870_912), ("4096", 4_096), ("1.5KB", 1_500),
    ("2g", 2_147_483_648), ("0", 0), ("1_000 B", 1_000),
  ])
  func `an amount of memory is read`(text: String, bytes: Int64) throws {
    #expect(try ByteCount(text).bytes == bytes)
  }

  @Test(arguments: ["", "GB", "-1GB", "1 XB", "1.2.3GB", "1e3", "99999999999TB", ".5GB", "12 34"])
  func `what is no amount of memory is refused`(text: String) {
    #expect(throws: BasicsError.self) { try ByteCount(text) }
  }

  @Test(arguments: [
    ("120s", 120_000), ("2h", 7_200_000), ("7d", 604_800_000), ("250ms", 250), ("1.5 min", 90_000),
    ("1h30m", 5_400_000), ("1h 30m", 5_400_000), ("2w", 1_209_600_000),
  ])
  func `a length of time is read`(text: String, milliseconds: Int64) throws {
    #expect(try TimeSpan(text).milliseconds == milliseconds)
  }

  @Test(arguments: ["", "120", "s", "-5s", "5 parsecs", "1h30", "1x30m", "9999999999999w"])
  func `what is no length of time is refused`(text: String) {
    #expect(throws: BasicsError.self) { try TimeSpan(text) }
  }

  @Test(arguments: [
    (Int64(999), "999 bytes"), (1_230_000_000, "1.23 GB"), (16_000_000, "16 MB"),
    (999_999, "1 MB"), (123_456, "123 kB"),
  ])
  func `an amount of memory is told with three digits`(bytes: Int64, text: String) {
    #expect(ByteCount(bytes: bytes).description == text)
  }

  @Test(arguments: [
    (Int64(250), "250 ms"), (31_200, "31.2 s"), (125_000, "2 min 5 s"), (5_400_000, "1 h 30 min"),
    (86_400_000, "1 d"),
  ])
  func `a length of time is told in one or two units`(milliseconds: Int64, text: String) {
    #expect(TimeSpan(milliseconds: milliseconds).description == text)
  }
}
