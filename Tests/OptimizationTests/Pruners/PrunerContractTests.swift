import Basics
import Testing

@testable import Optimization

/// What every pruner owes, run over all of them.
struct PrunerContractTests {
  static let pruners: [String: any Pruner] = [
    "successive halving": SuccessiveHalvingPruner(),
    "successive halving, late": SuccessiveHalvingPruner(
      minimumSteps: 1, reductionFactor: 2, earlyStoppingRate: 70),
    "hyperband": HyperbandPruner(),
    "hyperband, one bracket": HyperbandPruner(minimumSteps: 1, bracketCount: 1),
    "median": PercentilePruner.median,
    "percentile": PercentilePruner(percentile: 25, startupTrials: 1, minimumSteps: 1, interval: 1),
    "patience": PatiencePruner(),
    "patience with median": PatiencePruner(patience: 2, inner: PercentilePruner.median),
    "threshold": ThresholdPruner(range: -1e6...1e6),
    "none": NoPruner(),
  ]
  static let names = pruners.keys.sorted()

  /// Moments that a trial can be in.
  static func moments(goal: OptimizationGoal) -> [PruningMoment] {
    var random = SeededGenerator(seed: 8)
    let odd: [Double] = [.nan, .infinity, -.infinity, 0, -0.0, 1e308, -1e308]
    return (0..<400).map { number in
      func value() -> Double {
        random.next(below: 4) == 0
          ? odd[random.next(below: odd.count)] : Double(random.next(below: 9))
      }
      let step = [1, 20, 30, 60, 90, 180, 540][random.next(below: 7)]
      return PruningMoment(
        number: number, step: step, value: value(),
        earlier: (0..<random.next(below: 14)).map { .init(step: $0 + 1, value: value()) },
        peers: (0..<random.next(below: 20)).map { .init(number: $0, value: value()) }, goal: goal)
    }
  }

  @Test(arguments: names, [0, 1, 2, 20, 21, 1000, 1_000_000, Int.max])
  func `rungs rise, lie below the limit and are at most a thousand`(name: String, limit: Int) {
    let rungs = Self.pruners[name]?.rungs(upTo: limit) ?? []
    #expect(rungs.count <= 1000)
    #expect(rungs.allSatisfy { $0 >= 1 && $0 < limit })
    #expect(zip(rungs, rungs.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test(arguments: names)
  func `answers depend on the arguments alone, and turn with the goal`(name: String) throws {
    let pruner = try #require(Self.pruners[name])
    for moment in Self.moments(goal: .minimize) {
      var turned = moment
      turned.goal = .maximize
      turned.value.negate()
      for place in turned.earlier.indices { turned.earlier[place].value.negate() }
      for place in turned.peers.indices { turned.peers[place].value.negate() }
      let answer = pruner.shouldPrune(moment)
      #expect(pruner.shouldPrune(moment) == answer)
      #expect(pruner.shouldPrune(turned) == answer)
    }
  }

  @Test(arguments: names)
  func `the order of the peers does not matter`(name: String) throws {
    let pruner = try #require(Self.pruners[name])
    for moment in Self.moments(goal: .maximize) {
      var turned = moment
      turned.peers.reverse()
      #expect(pruner.shouldPrune(moment) == pruner.shouldPrune(turned))
    }
  }

  @Test(arguments: names, OptimizationGoal.allCases)
  func `a trial at least as good as all others, that became better, goes on`(
    name: String, goal: OptimizationGoal
  ) throws {
    let pruner = try #require(Self.pruners[name])
    let sign = goal == .minimize ? 1.0 : -1.0
    for count in 0..<30 {
      for step in [20, 60, 180, 540] {
        let moment = PruningMoment(
          number: 99, step: step, value: sign * 2, earlier: [.init(step: 1, value: sign * 5)],
          peers: (0..<count).map { .init(number: $0, value: sign * (2 + Double($0 % 3))) },
          goal: goal)
        #expect(!pruner.shouldPrune(moment), "\(count) peers, step \(step)")
      }
    }
  }

  @Test(arguments: names.filter { $0 != "none" && !$0.hasPrefix("patience") })
  func `a value that is not a number is given up`(name: String) throws {
    let pruner = try #require(Self.pruners[name])
    let moment = PruningMoment(number: 3, step: 60, value: .nan, peers: [], goal: .minimize)
    #expect(pruner.shouldPrune(moment))
  }

  @Test(arguments: PrunerName.allCases)
  func `each name of the workflow file makes a pruner`(name: PrunerName) throws {
    #expect(try PrunerName(parsing: name.rawValue) == name)
    #expect((name.pruner.rungs(upTo: 1000).isEmpty) == (name == .none))
  }

  @Test(
    arguments: [
      ("threshold 0..10", 0, 10), ("threshold ..0.5", -.infinity, 0.5),
      ("threshold -1.5..", -1.5, .infinity), ("threshold 1e-06..3", 1e-6, 3),
    ] as [(String, Double, Double)])
  func `a threshold says its range`(word: String, low: Double, high: Double) throws {
    let name = try PrunerName(parsing: word)
    #expect(name == .threshold(low...high))
    #expect(name.rawValue == word)
    let pruner = try #require(name.pruner(steps: 100) as? ThresholdPruner)
    #expect(pruner.range == low...high)
    #expect(pruner.rungs(upTo: 5) == [1, 2, 3, 4])
  }

  @Test(arguments: [
    "threshold", "threshold 1", "threshold ..", "threshold 2..1", "threshold 1..1",
    "threshold nan..1", "threshold 0..inf", "threshold a..b", "threshold 1..2..3",
    "threshold 1..2 3", "thresholds 1..2",
  ])
  func `a threshold without a range is no name`(word: String) {
    #expect(PrunerName(rawValue: word) == nil)
  }

  @Test func `an unknown name is refused with the names there are`() throws {
    let error = #expect(throws: OptimizationError.self) { try PrunerName(parsing: "magic") }
    #expect(error?.hint?.contains("hyperband") == true)
  }
}
