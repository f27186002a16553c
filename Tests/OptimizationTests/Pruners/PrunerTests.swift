import Testing

@testable import Optimization

/// What the pruners decide, by examples.
struct PrunerTests {
  static func moment(
    number: Int = 50, step: Int = 60, _ value: Double, earlier: [Double] = [],
    peers: [Double] = []
  ) -> PruningMoment {
    PruningMoment(
      number: number, step: step, value: value,
      earlier: earlier.enumerated().map { .init(step: $0 + 1, value: $1) },
      peers: peers.enumerated().map { .init(number: $0, value: $1) }, goal: .minimize)
  }

  @Test func `the median stops the worse half once five others were there`() {
    let pruner = PercentilePruner.median
    #expect(!pruner.shouldPrune(Self.moment(3, peers: [1, 2, 3, 4, 5])))
    #expect(pruner.shouldPrune(Self.moment(3.1, peers: [1, 2, 3, 4, 5])))
    #expect(!pruner.shouldPrune(Self.moment(9, peers: [1, 2, 3, 4])))
    // The best so far counts, not the last.
    #expect(!pruner.shouldPrune(Self.moment(9, earlier: [2.5], peers: [1, 2, 3, 4, 5])))
  }

  /// `numpy.percentile([1, 2, 3, 4, 5, 6], 25)` is 2.25.
  @Test func `a percentile lies between ranks as NumPy has it`() {
    let pruner = PercentilePruner(percentile: 25)
    #expect(!pruner.shouldPrune(Self.moment(2.25, peers: [6, 5, 4, 3, 2, 1])))
    #expect(pruner.shouldPrune(Self.moment(2.2501, peers: [6, 5, 4, 3, 2, 1])))
  }

  @Test func `patience waits for as many rungs as it says`() {
    let pruner = PatiencePruner(patience: 3)
    #expect(!pruner.shouldPrune(Self.moment(2, earlier: [1, 2])))
    #expect(pruner.shouldPrune(Self.moment(2, earlier: [1, 2, 2])))
    #expect(!pruner.shouldPrune(Self.moment(0.9, earlier: [1, 2, 2])))
    #expect(
      PatiencePruner(patience: 3, minimumChange: 0.2)
        .shouldPrune(Self.moment(0.9, earlier: [1, 2, 2])))
    #expect(
      !PatiencePruner(patience: 3, inner: NoPruner())
        .shouldPrune(Self.moment(2, earlier: [1, 2, 2])))
  }

  @Test func `pruners say what they judged by`() {
    let flat = Self.moment(2, earlier: [1, 2, 2])
    #expect(
      PatiencePruner(patience: 3).reason(flat)
        == "at rung 60 it had 2, and since rung 1 none was better than the 1 of rung 1")
    #expect(
      ThresholdPruner(range: 0...10).reason(Self.moment(12))
        == "at step 60 it had 12, which is not within 0 to 10")
    #expect(
      ThresholdPruner(range: -.infinity...10).reason(Self.moment(12))
        == "at step 60 it had 12, which is not at most 10")
    #expect(
      Self.moment(12, peers: [3]).standing
        == "at rung 60 it had 12, and the only other trial there was better")
    #expect(
      PatiencePruner(patience: 3).reason(Self.moment(.nan, earlier: [1, .nan, 2]))
        .hasPrefix("at rung 60 it had no number"))
    let hyperband = HyperbandPruner(minimumSteps: 1)
    let moment = Self.moment(9, peers: Array(repeating: 1, count: 50))
    let own = (0..<50).count { hyperband.bracket(of: $0) == hyperband.bracket(of: 50) }
    #expect(own < 50)
    #expect(
      hyperband.reason(moment).contains(
        "\(own) of \(own) others of bracket \(hyperband.bracket(of: 50)) were better"))
    #expect(NoPruner().reason(flat) == flat.standing)
  }

  @Test func `a threshold stops what leaves its range`() {
    let pruner = ThresholdPruner(range: 0...10)
    #expect(!pruner.shouldPrune(Self.moment(10)))
    #expect(pruner.shouldPrune(Self.moment(10.1)))
    #expect(pruner.shouldPrune(Self.moment(-0.1)))
    #expect(pruner.shouldPrune(Self.moment(.nan)))
  }

  @Test func `hyperband has more trials in brackets that stop early`() {
    let pruner = HyperbandPruner(reductionFactor: 3, bracketCount: 4)
    var counts = [0, 0, 0, 0]
    for number in 0..<10_000 { counts[pruner.bracket(of: number)] += 1 }
    // Shares 27/4, 9/3, 3/2 and 1, rounded up: 7, 3, 2, 1 of 13.
    for (count, share) in zip(counts, [7.0, 3, 2, 1]) {
      #expect(abs(Double(count) - share / 13 * 10_000) < 250)
    }
  }

  @Test func `hyperband compares a trial with its bracket alone, from the bracket's first rung on`()
  {
    let pruner = HyperbandPruner(minimumSteps: 10, reductionFactor: 3, bracketCount: 3)
    func numbers(_ bracket: Int) -> [Int] {
      (0..<1000).filter { pruner.bracket(of: $0) == bracket }
    }
    let (first, last) = (numbers(0), numbers(2))
    // Nine that are better, of the first bracket, and two that are worse, of the last one.
    let peers =
      first.prefix(9).map { PruningMoment.Peer(number: $0, value: 1) }
      + last.prefix(2).map { PruningMoment.Peer(number: $0, value: 3) }
    func stops(_ number: Int, _ step: Int) -> Bool {
      pruner.shouldPrune(
        PruningMoment(number: number, step: step, value: 2, peers: peers, goal: .minimize))
    }
    #expect(stops(first[10], 10))
    #expect(!stops(last[2], 10))
    #expect(!stops(last[2], 90))
    #expect(pruner.rungs(upTo: 1000) == [10, 30, 90, 270, 810])
  }

  @Test func `hyperband compares the first trials of a bracket with all that were at the rung`() {
    let pruner = HyperbandPruner(minimumSteps: 10, reductionFactor: 3, bracketCount: 3)
    func numbers(_ bracket: Int) -> [Int] {
      (0..<1000).filter { pruner.bracket(of: $0) == bracket }
    }
    let (first, last) = (numbers(0), numbers(2))
    func stops(_ value: Double, _ peers: [(number: Int, value: Double)], step: Int = 90) -> Bool {
      pruner.shouldPrune(
        PruningMoment(
          number: last[2], step: step, value: value,
          peers: peers.map { .init(number: $0.number, value: $0.value) }, goal: .minimize))
    }
    let others = (0..<8).map { (number: first[$0], value: Double($0)) }
    #expect(!stops(1.5, others))
    #expect(stops(3.5, others))
    #expect(!stops(3.5, others, step: 10))
    #expect(stops(3.5, others + [(last[0], 9)]))
    #expect(!stops(3.5, others + [(last[0], 9), (last[1], 9)]))
    // Two are fewer than a third can be taken of: the better one goes on.
    #expect(!stops(1, []))
    #expect(!stops(1, [(first[0], 2)]))
    #expect(stops(3, [(first[0], 2)]))
    #expect(stops(.nan, []))
  }
}
