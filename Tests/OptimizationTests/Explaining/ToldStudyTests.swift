import Basics
import JobProtocol
import Testing

@testable import Optimization

struct ToldStudyTests {
  @Test func `the best of the first trials only gets better`() throws {
    let study = try ToldStudies.led(by: .random, trials: 20)
    var last = Double.infinity
    for count in 1...20 {
      let value = try #require(study.best(ofFirst: count)?.value)
      #expect(value <= last)
      last = value
    }
    #expect(study.best(ofFirst: 0) == nil)
    #expect(study.best?.value == last)
    #expect(study.milliseconds == 20_000)
  }

  @Test func `studies can be compared where spaces and goals are the same`() throws {
    let study = try ToldStudies.led(by: .random, trials: 3)
    let other = try ToldStudies.led(by: .tpe, trials: 5)
    #expect(study.obstacle(to: other) == nil)
    var turned = other
    turned.goals = [.maximize]
    #expect(study.obstacle(to: turned)?.contains("large") == true)
    let narrow = try SearchSpace([SearchParameter("x", .float(low: 0, high: 1))])
    let elsewhere = try ToldStudies.led(by: .random, trials: 3, space: narrow)
    #expect(study.obstacle(to: elsewhere) == "their search spaces differ")
    var lost = other
    lost.isSpaceKnown = false
    #expect(study.obstacle(to: lost)?.contains("not kept") == true)
  }

  @Test func `a space is guessed from what was tried`() throws {
    let space = try SearchSpace(observed: [
      ["rate": "0.001", "depth": "3", "act": "relu", "flag": "true", "sometimes": "1", "x": "-2"],
      ["rate": "0.5", "depth": "8", "act": "gelu", "flag": "false", "x": "2.5"],
    ])
    #expect(space["rate"]?.domain == .float(low: 0.001, high: 0.5, log: true))
    #expect(space["depth"]?.domain == .int(low: 3, high: 8))
    #expect(space["act"]?.domain == .categorical(["gelu", "relu"]))
    #expect(space["flag"]?.domain == .boolean)
    #expect(space["x"]?.domain == .float(low: -2, high: 2.5))
    #expect(space["sometimes"] == nil)
  }

  @Test func `points survive the way through texts`() throws {
    for (name, space) in SamplerCases.spaces {
      var random = SeededGenerator(seed: 2)
      for _ in 0..<20 {
        let point = RandomSampler.point(of: space, using: &random)
        #expect(space.point(of: point.texts) == point, "\(name)")
      }
    }
  }

  @Test func `a trial's standing among others is told in words`() {
    func words(_ value: Double, peers: [Double], goal: OptimizationGoal = .minimize) -> String {
      PruningMoment(
        number: 9, step: 20, value: value,
        peers: peers.enumerated().map { PruningMoment.Peer(number: $0, value: $1) }, goal: goal
      ).standing
    }
    #expect(
      words(0.9, peers: [0.5, 0.6, 1])
        == "at rung 20 it had 0.9, and 2 of 3 others were better (their median 0.6)")
    #expect(words(0.9, peers: [0.5, 1, 2], goal: .maximize).contains("2 of 3"))
    #expect(words(1, peers: []).contains("no other"))
    #expect(words(.nan, peers: [1]).contains("no finite number"))
  }
}
