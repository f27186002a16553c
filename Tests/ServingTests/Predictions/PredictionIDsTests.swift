import Testing

@testable import Serving

struct PredictionIDsTests {
  @Test func `identifiers differ, and every character takes part in that`() {
    var ids = PredictionIDs()
    let drawn = (0..<2_000).map { _ in Array(ids.next()) }
    #expect(drawn.allSatisfy { $0.count == SegmentFormat.identifierBytes })
    #expect(Set(drawn).count == drawn.count)
    for place in 0..<SegmentFormat.identifierBytes {
      #expect(Set(drawn.map { $0[place] }).count == 32, "character \(place)")
    }
  }
}
