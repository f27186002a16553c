import Testing

@testable import FactoryServer

struct RelativeTimeTests {
  static let now: Int64 = 1_800_000_000_000

  @Test(arguments: [
    (0, "just now"), (59, "just now"), (60, "1 min ago"), (3_599, "59 min ago"),
    (3_600, "1 h ago"), (86_399, "23 h ago"), (86_400, "yesterday"), (172_800, "2 days ago"),
    (-5, "just now"),
  ])
  func `times are told from now`(seconds: Int64, words: String) {
    #expect(RelativeTime.words(ofMs: Self.now - seconds * 1_000, nowMs: Self.now) == words)
  }

  @Test func `what was there from the start has no age`() {
    #expect(RelativeTime.words(ofMs: 0, nowMs: Self.now) == "–")
  }
}
