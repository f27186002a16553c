import Basics
import Testing

@testable import Optimization

/// What the sampler does so that its process's mistakes do not cost it a search.
struct GaussianProcessSamplerTests {
  private static let space = SamplerCases.space([
    SearchParameter("x", .float(low: 0, high: 1)),
    SearchParameter("y", .float(low: 0, high: 1)),
    SearchParameter("word", .categorical(["a", "b", "c"])),
  ])

  /// Completed trials at random points; `value` of x and y is what they came to.
  private static func history(
    count: Int, value: (Double, Double) -> Double
  ) -> SearchHistory {
    var random = SeededGenerator(seed: 6)
    let trials = (0..<count).map { number -> Trial in
      let point = RandomSampler.point(of: space, using: &random)
      let loss = value(point.number("x") ?? 0, point.number("y") ?? 0)
      return Trial(number: number, point: point, state: .completed(value: loss))
    }
    return SearchHistory(space: space, goals: [.minimize], trials: trials, seed: 1, budget: 100)
  }

  private static func data(_ history: SearchHistory) throws -> BeliefData {
    try #require(BeliefData(history, most: 400, atLeast: 8))
  }

  /// Sizes of the fit are 8, 9 and so on up to 20, then 22, 24, 26, 28, 30, 33.
  @Test(arguments: [
    (8, true), (9, false), (20, true), (21, false), (22, true), (23, false), (30, true),
    (31, false), (32, false), (33, false), (34, false),
  ])
  func `the shortest lengths are believed where an even number of trials has just been fitted`(
    count: Int, isBold: Bool
  ) throws {
    let data = try Self.data(Self.history(count: count) { ($0 - 0.3) * ($0 - 0.3) + $1 })
    var memory = SamplerMemory()
    let likely = data.fit.kernel(steps: 40)
    let shortest = data.fit.shortest(of: likely)
    #expect(shortest.lengths[0] < likely.lengths[0])
    for _ in 0..<2 {
      let kernel = GaussianProcessSampler.kernel(data, memory: &memory)
      #expect(kernel == (isBold ? shortest : likely))
    }
  }

  @Test func `a search of more trials than are believed in has no shortest lengths`() throws {
    let history = Self.history(count: 60) { $0 + $1 }
    let data = try #require(BeliefData(history, most: 50, atLeast: 8))
    #expect(data.points.count == 50)
    var memory = SamplerMemory()
    #expect(
      GaussianProcessSampler.kernel(data, memory: &memory) == data.fit.kernel(steps: 40))
  }

  @Test func `ends of ranges are new where none of the best lies, words have none`() throws {
    func search(_ value: (Double, Double) -> Double) throws -> AcquisitionSearch {
      var history = Self.history(count: 20, value: value)
      let corner = SearchPoint(["x": .float(0.001), "y": .float(0.5), "word": .category("a")])
      history.trials.append(
        Trial(number: 20, point: corner, state: .completed(value: value(0.001, 0.5))))
      let data = try Self.data(history)
      let process = try #require(
        GaussianProcess(
          data.points, values: data.values, unordered: data.unordered,
          kernel: data.fit.kernel(steps: 40)))
      return AcquisitionSearch(data: data, process: process, space: Self.space)
    }
    let inside = try search { ($0 - 0.5) * ($0 - 0.5) + ($1 - 0.5) * ($1 - 0.5) }
    #expect(inside.newEdgeCount([0.5, 0.5, 0]) == 0)
    #expect(inside.newEdgeCount([0.03, 0.97, 2]) == 0)
    #expect(inside.newEdgeCount([0.01, 0.5, 0]) == 1)
    #expect(inside.newEdgeCount([0, 1, 1]) == 2)
    let atTheEnd = try search { $0 + ($1 - 0.5) * ($1 - 0.5) }
    #expect(atTheEnd.newEdgeCount([0.01, 0.5, 0]) == 0)
    #expect(atTheEnd.newEdgeCount([1, 0.5, 0]) == 1)
  }

  /// Where nothing is known to depend on anything, a process expects most in the corners.
  @Test func `a penalty keeps a search from corners`() throws {
    let data = try Self.data(
      Self.history(count: 12) { ($0 - 0.5) * ($0 - 0.5) + ($1 - 0.5) * ($1 - 0.5) })
    let kernel = MaternKernel(lengths: [0.3, 0.3, 1], noise: 1e-3)
    let process = try #require(
      GaussianProcess(
        data.points, values: data.values, unordered: data.unordered, kernel: kernel))
    func edges(_ penalty: Double) throws -> Int {
      let search = AcquisitionSearch(
        data: data, process: process, space: Self.space, edgePenalty: penalty)
      return try (0..<20).reduce(0) { sum, seed in
        var random = SeededGenerator(seed: UInt64(seed))
        let found = try #require(search.highest(using: &random))
        return sum + search.newEdgeCount(BeliefData.places(of: found.point, Self.space))
      }
    }
    #expect(try edges(20) == 0)
    #expect(try edges(0) >= edges(2))
  }

  @Test func `a best value in the corner is found all the same`() {
    var study = Study(
      space: Self.space, goal: .minimize, sampler: GaussianProcessSampler(), seed: 3, budget: 40)
    for _ in 0..<40 {
      let trial = study.ask()
      let point = trial.point
      let loss = (point.number("x") ?? 0) + 1 - (point.number("y") ?? 0)
      study.tell(trial.number, .completed(value: loss))
    }
    let best = study.trials.compactMap(\.value).min() ?? .infinity
    #expect(best < 1e-3)
  }

  /// The better, the nearer to where all fails: a search that learnt nothing there would stay.
  @Test(arguments: [TrialState.failed(message: "why"), .completed(value: .infinity)])
  func `what fails is not tried again and again`(failure: TrialState) {
    var study = Study(
      space: Self.space, goal: .minimize, sampler: GaussianProcessSampler(), seed: 3, budget: 40)
    var failures = 0
    for _ in 0..<40 {
      let trial = study.ask()
      let x = trial.point.number("x") ?? 0
      if x > 0.7 { failures += 1 }
      study.tell(trial.number, x > 0.7 ? failure : .completed(value: 1 - x))
    }
    #expect(failures < 20)
    #expect(study.trials.compactMap(\.value).min() ?? .infinity < 0.35)
  }
}
