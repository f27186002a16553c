import Testing

@testable import Optimization

struct AutomaticSamplerTests {
  static let numbers = SamplerCases.space(
    (0..<4).map { SearchParameter("x\($0)", .float(low: 0, high: 1)) })

  static let many = SamplerCases.space(
    (0..<24).map { SearchParameter("x\($0)", .float(low: 0, high: 1)) })

  @Test func `the choice follows budget, kinds and goals, and says why`() throws {
    func choice(_ space: SearchSpace, _ budget: Int?, goals: Int = 1) -> SamplerChoice {
      SamplerChoice(space: space, goalCount: goals, budget: budget)
    }
    let words = try #require(SamplerCases.spaces["words only"])
    #expect(choice(words, 54).name == .grid)
    #expect(choice(words, 53).name == .gaussianProcess)
    #expect(choice(Self.numbers, 1000).name == .begunCMAES)
    #expect(choice(Self.many, 1000).name == .cmaes)
    #expect(choice(Self.many, 700).name == .tpe)
    #expect(choice(Self.numbers, 50).name == .gaussianProcess)
    #expect(choice(Self.numbers, 160).name == .begunCMAES)
    #expect(choice(Self.numbers, nil).name == .begunCMAES)
    #expect(choice(Self.numbers, 300, goals: 2).name == .nsga2)
    #expect(choice(Self.numbers, 300, goals: 3).name == .nsga2)
    #expect(choice(Self.numbers, 300, goals: 4).name == .nsga3)
    #expect(choice(Self.numbers, 300, goals: 4).reason.hasPrefix("4 goals and 300 trials: hardly"))
    #expect(choice(Self.numbers, 100, goals: 2).name == .tpe)
    #expect(try choice(#require(SamplerCases.spaces["every kind"]), 5000).name == .begunCMAES)
    #expect(choice(words, 54).reason == "all 54 combinations fit into 54 trials")
  }

  @Test func `where a pruner stops trials it is TPE from the beginning`() {
    let choice = SamplerChoice(space: Self.numbers, goalCount: 1, budget: 100, isPruned: true)
    #expect(choice.name == .tpe)
    #expect(choice.reason.hasPrefix("trials are stopped early"))
    let terms = StudyTerms(
      name: "s", space: Self.numbers, sampler: .automatic, pruner: .median, seed: 3, budget: 100)
    var study = StudyCoordinator(terms)
    var alone = Study(space: Self.numbers, goal: .minimize, sampler: TPESampler(), seed: 3)
    for number in 0..<15 {
      let point = study.ask(StudyHolder(worker: "w", key: "\(number)"), nowMs: 0).events.first
      let trial = alone.ask()
      #expect(
        point
          == .asked(
            number: number, point: trial.point, by: StudyHolder(worker: "w", key: "\(number)"),
            atMs: 0))
      let state = TrialState.completed(value: trial.point.number("x0") ?? 0)
      alone.tell(number, state)
      study.apply(
        .told(number: number, attempt: 1, state: state, used: nil, atMs: 0), nowMs: 0)
    }
  }
}
