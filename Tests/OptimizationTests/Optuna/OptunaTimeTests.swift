import Testing

@testable import Optimization

struct OptunaTimeTests {
  @Test(arguments: [
    ("1970-01-01 00:00:00.000000", 0 as Int64), ("2026-02-28 23:59:59.123456", 1_772_323_199_123),
    ("2024-02-29 12:00:00", 1_709_208_000_000), ("1969-12-31 23:59:59.500000", -500),
  ])
  func `times are those of UTC, whatever zone the machine is in`(text: String, time: Int64) {
    #expect(OptunaTime.milliseconds(text) == time)
    #expect(OptunaTime.milliseconds(OptunaTime.text(time)) == time)
    #expect(OptunaTime.text(time).hasPrefix(text.prefix(19)))
  }

  @Test(arguments: ["", "now", "2026-01-01", "2026-01-01 aa:00:00", "99999999-01-01 00:00:00"])
  func `what is no time is none`(text: String) {
    #expect(OptunaTime.milliseconds(text) == nil)
  }
}
