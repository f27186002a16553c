import Basics
import Testing

@testable import Optimization

/// Samplers, spaces and histories that the contract suite combines.
enum SamplerCases {
  /// Every sampler by name; those that need another number of trials before they begin, twice.
  static let samplers: [String: any Sampler] = [
    "random": RandomSampler(),
    "tpe": TPESampler(),
    "tpe at once": TPESampler(startupTrials: 2, candidates: 1),
    "tpe in brackets": TPESampler(startupTrials: 4, brackets: HyperbandPruner()),
    "sobol": SobolSampler(),
    "grid": GridSampler(),
    "cmaes": CMAESSampler(),
    "gp": GaussianProcessSampler(),
    "gp_cmaes": BegunCMAESSampler(firstTrials: 20),
    "nsga2": NSGA2Sampler(),
    "nsga2 at once": NSGA2Sampler(populationSize: 4, crossoverShare: 0.5),
    "nsga3": NSGA3Sampler(),
    "nsga3 at once": NSGA3Sampler(populationSize: 4),
    "auto": AutomaticSampler(),
  ]

  static func space(
    _ parameters: [SearchParameter], constraints: [String] = [], forbidden: [SearchPoint] = []
  ) -> SearchSpace {
    do {
      return try SearchSpace(
        parameters, constraints: constraints.map { try Constraint(parsing: $0) },
        forbidden: forbidden)
    } catch {
      fatalError("\(error)")
    }
  }

  static let spaces: [String: SearchSpace] = [
    "empty": space([]),
    "one float": space([SearchParameter("x", .float(low: -5, high: 5))]),
    "one value": space([SearchParameter("x", .float(low: 0.5, high: 0.5))]),
    "every kind": space([
      SearchParameter("rate", .float(low: 1e-4, high: 1, log: true)),
      SearchParameter("share", .float(low: 0.5, high: 0.5)),
      SearchParameter("grid", .steps(low: 0.1, high: 0.95, step: 0.1)),
      SearchParameter("leaves", .int(low: 1, high: 1024, log: true)),
      SearchParameter("depth", .int(low: -3, high: 3)),
      SearchParameter("policy", .categorical(["level", "leaf"])),
      SearchParameter("size", .ordinal(["small", "medium", "large"])),
      SearchParameter("shuffle", .boolean),
      SearchParameter(
        "slack", .float(low: -1, high: 1), when: .init(parent: "policy", values: ["leaf"])),
    ]),
    "conditions of conditions": space([
      SearchParameter("model", .categorical(["tree", "net"])),
      SearchParameter(
        "layers", .int(low: 1, high: 3), when: .init(parent: "model", values: ["net"])),
      SearchParameter(
        "second", .float(low: 0, high: 1),
        when: .init(parent: "layers", values: [.int(2), .int(3)])),
      SearchParameter("third", .boolean, when: .init(parent: "layers", values: [.int(3)])),
      SearchParameter(
        "third_width", .int(low: 8, high: 512, log: true),
        when: .init(parent: "third", values: [.bool(true)])),
      SearchParameter(
        "depth", .int(low: 1, high: 9), when: .init(parent: "model", values: ["tree"])),
      SearchParameter("rate", .float(low: 1e-5, high: 1, log: true)),
    ]),
    "words only": space([
      SearchParameter("a", .categorical(["1", "2", "3", "4", "5", "6", "7", "8", "9"])),
      SearchParameter("b", .boolean), SearchParameter("c", .ordinal(["x", "y", "z"])),
    ]),
    "rules": space(
      [
        SearchParameter("width", .int(low: 1, high: 64)),
        SearchParameter("depth", .int(low: 1, high: 64)),
        SearchParameter("a", .float(low: 0, high: 1)),
        SearchParameter("b", .float(low: 0, high: 1)),
        SearchParameter("solver", .categorical(["adam", "sgd"])),
        SearchParameter("nesterov", .boolean),
      ], constraints: ["width * depth <= 64", "a + b <= 0.2"],
      forbidden: [SearchPoint(["solver": .category("adam"), "nesterov": .bool(true)])]),
    "a needle": space(
      [
        SearchParameter("a", .float(low: 0, high: 1)),
        SearchParameter("b", .float(low: 0, high: 1)),
      ],
      constraints: ["a >= 0.499", "a <= 0.501", "abs(b - 0.5) <= 0.002"]),
    "huge ranges": space([
      SearchParameter("x", .float(low: -8e307, high: 8e307)),
      SearchParameter("tiny", .float(low: 1e-300, high: 1e300, log: true)),
      SearchParameter("n", .int(low: 1 - (1 << 53), high: (1 << 53) - 1)),
      SearchParameter("m", .int(low: 1, high: (1 << 53) - 1, log: true)),
    ]),
  ]

  /// Trials at random points with every kind of outcome that a search can meet.
  static func history(
    _ space: SearchSpace, count: Int, goals: [OptimizationGoal] = [.minimize],
    state: (Int) -> TrialState
  ) -> SearchHistory {
    var random = SeededGenerator(seed: 5)
    let trials = (0..<count).map { number in
      Trial(
        number: number, point: RandomSampler.point(of: space, using: &random),
        state: state(number))
    }
    return SearchHistory(space: space, goals: goals, trials: trials, seed: 7)
  }

  /// Names of what trials became of, with how many there are.
  static let outcomes: [String: (count: Int, state: @Sendable (Int) -> TrialState)] = [
    "none": (0, { _ in .running }),
    "one": (1, { _ in .completed(value: 1) }),
    "equal values": (40, { _ in .completed(value: 3) }),
    "not a number": (40, { _ in .completed(value: .nan) }),
    "infinite": (40, { .completed(value: $0 % 2 == 0 ? .infinity : -.infinity) }),
    "enormous": (40, { .completed(value: $0 % 2 == 0 ? 1e308 : -1e308) }),
    "failed": (40, { _ in .failed(message: "no") }),
    "pruned": (40, { .pruned(value: Double($0), step: $0 % 3) }),
    "pruned without a value": (40, { _ in .pruned(value: .nan, step: 0) }),
    "running": (40, { _ in .running }),
    "no values": (40, { _ in .completed(values: []) }),
    "too many values": (40, { .completed(values: [1, Double($0), 3, 4]) }),
    "mixed": (
      90,
      { number in
        switch number % 6 {
        case 0: return .completed(value: Double(number % 7))
        case 1: return .pruned(value: Double(number), step: 20)
        case 2: return .failed(message: "no")
        case 3: return .completed(value: .nan)
        case 4: return .completed(value: Double(number))
        default: return .running
        }
      }
    ),
  ]

  /// Each sampler with each space.
  static let pairs: [Pair] = samplers.keys.sorted().flatMap { sampler in
    spaces.keys.sorted().map { Pair(sampler: sampler, space: $0) }
  }

  struct Pair: Sendable, CustomTestStringConvertible {
    var sampler: String
    var space: String
    var testDescription: String { "\(sampler), \(space)" }

    var value: any Sampler { SamplerCases.samplers[sampler] ?? RandomSampler() }
    var searched: SearchSpace { SamplerCases.spaces[space] ?? SamplerCases.space([]) }
  }
}
