import Basics
import Testing

@testable import Optimization

/// Conditions, constraints, forbidden combinations, JSON and fingerprints.
struct SpaceRuleTests {
  static let space = SamplerCases.spaces["rules"] ?? SamplerCases.space([])

  @Test(arguments: [
    ("1 + 2 * 3 == 7", true), ("(1 + 2) * 3 == 9", true), ("2 ^ 3 ^ 2 == 512", true),
    ("-2 ^ 2 == -4", true), ("8 / 4 / 2 == 1", true), ("5 - 2 - 1 == 2", true),
    ("max(1, 2, 3) - min(4, 5) == -1", true), ("abs(-2.5e0) <= 2.5", true),
    ("sqrt(16) < 4", false), ("log(exp(1)) >= 1", true), ("x * 2 > y", false),
    ("x <= flag", false), ("y != 4", false), ("log(-1) < 1", false), ("0 / 0 != 1", false),
    ("missing > 1e9", true), ("x<=y", true),
  ])
  func `arithmetic follows precedence`(text: String, holds: Bool) throws {
    let point = SearchPoint(["x": .float(2), "y": .int(4), "flag": .bool(true)])
    #expect(try Constraint(parsing: text).holds(at: point) == holds, "\(text)")
  }

  @Test(arguments: [
    "", "a", "a <=", "<= 1", "a <= b <= c", "a ** 2 <= 1", "open('f') <= 1", "a <= 1; b", "1 = 1",
    "min(1) <= 2", "abs(1, 2) <= 2", "(a <= 1", "1e999 <= a", "a & b <= 1", "1.2.3 <= a",
    String(repeating: "(", count: 5000) + "1 <= 1", String(repeating: "2^", count: 5000) + "1 <= 1",
  ])
  func `what is no inequality is refused`(text: String) {
    #expect(throws: OptimizationError.self) { try Constraint(parsing: text) }
  }

  @Test func `rules keep points out, and points are moved to where they are allowed`() {
    let wanted = SearchPoint([
      "width": .int(64), "depth": .int(64), "a": .float(1), "b": .float(1),
      "solver": .category("adam"), "nesterov": .bool(true),
    ])
    #expect(!Self.space.contains(wanted))
    #expect(Self.space.contains(Self.space.nearest(to: wanted)))
  }

  /// A random point of the unit cube is in it with a chance of 1 in 40,320, or 10^-12 in the second.
  @Test(arguments: [
    ["x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 <= 1"],
    (0..<8).map { "abs(x\($0) - 0.2) <= 0.015" },
  ])
  func `rules that hardly a random point keeps are kept, and points lie all over what they leave`(
    texts: [String]
  ) throws {
    let space = try SearchSpace(
      (0..<8).map { SearchParameter("x\($0)", .float(low: 0, high: 1)) },
      constraints: texts.map { try Constraint(parsing: $0) })
    var random = SeededGenerator(seed: 3)
    let points = (0..<400).map { _ in RandomSampler.point(of: space, using: &random) }
    #expect(points.allSatisfy(space.contains))
    // Even draws would have these means (of a simplex, of a cube) for each coordinate.
    let expected = texts.count == 1 ? 1.0 / 9 : 0.2
    for axis in 0..<8 {
      let numbers = points.compactMap { $0.number("x\(axis)") }.sorted()
      let mean = numbers.reduce(0, +) / 400
      #expect(abs(mean - expected) < 0.25 * expected, "\(axis): \(mean)")
      #expect(Set(numbers).count > 380)
    }
  }

  /// Bounds are half the standard deviations of even draws: of Dirichlet's distribution in three and five numbers, of a
  /// hexagon, and counted one by one for whole numbers.
  @Test(arguments: [
    ThinSpace(names: "abc", Self.float, ["abs(a + b + c - 1) <= 0.001"], deviations: [0.2357]),
    ThinSpace(
      names: "abc", Self.float, ["a + b + c <= 1.000001", "a + b + c >= 1"], deviations: [0.2357]),
    ThinSpace(
      names: "abcde", Self.float, ["abs(a + b + c + d + e - 1) <= 0.001"], deviations: [0.1633]),
    ThinSpace(
      names: "abc", .float(low: 1e-4, high: 1, log: true), ["abs(1e6 * a * b * c - 1) <= 0.001"],
      deviations: [0.2635]),
    ThinSpace(names: "abc", .int(low: 0, high: 100), ["a + b + c == 100"], deviations: [0.237]),
    ThinSpace(
      names: "wd", .int(low: 1, high: 1024), ["w * d <= 64", "w * d >= 60"], deviations: [0.021]),
    ThinSpace(names: "wd", .int(low: 1, high: 1024), ["w * d <= 64"], deviations: [0.015]),
    ThinSpace(
      names: "abcd", Self.float, ["abs(a + b + c + d - 1) <= 0.001", "abs(a - b - 0.1) <= 0.001"],
      deviations: [0.105, 0.105, 0.213, 0.213]),
  ])
  func `points lie all over what rules as thin as equalities leave`(thin: ThinSpace) throws {
    let space = try SearchSpace(
      thin.names.map { SearchParameter(String($0), thin.domain) },
      constraints: thin.rules.map { try Constraint(parsing: $0) })
    var random = SeededGenerator(seed: 3)
    let points = (0..<200).map { _ in RandomSampler.point(of: space, using: &random) }
    #expect(points.allSatisfy(space.contains))
    for (axis, parameter) in space.parameters.enumerated() {
      let deviation = thin.deviations[thin.deviations.count == 1 ? 0 : axis]
      let places = points.compactMap { $0[parameter.name].map(parameter.domain.place) }
      let mean = places.reduce(0, +) / 200
      let variance = places.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 199
      #expect(variance.squareRoot() > deviation / 2, "\(parameter.name): \(variance)")
      #expect(variance.squareRoot() < deviation * 1.5, "\(parameter.name): \(variance)")
    }
    var again = SeededGenerator(seed: 3)
    #expect(points[0] == RandomSampler.point(of: space, using: &again))
  }

  /// A space of which rules leave little.
  struct ThinSpace: Sendable {
    let names: [Character]
    let domain: ParameterDomain
    let rules: [String]
    /// Of even draws, for each number on its scale; one for all where they are alike.
    let deviations: [Double]

    init(names: String, _ domain: ParameterDomain, _ rules: [String], deviations: [Double]) {
      self.names = Array(names)
      self.domain = domain
      self.rules = rules
      self.deviations = deviations
    }
  }

  private static let float = ParameterDomain.float(low: 0, high: 1)

  @Test func `a point that breaks a thin rule is moved across it, not to the point that is known`()
    throws
  {
    let space = try SearchSpace(
      ["a", "b", "c"].map { SearchParameter($0, Self.float) },
      constraints: [Constraint(parsing: "abs(a + b + c - 1) <= 0.001")])
    let near = space.nearest(
      to: SearchPoint(["a": .float(0.8), "b": .float(0.2), "c": .float(0.1)]))
    #expect(space.contains(near))
    #expect(abs((near.number("a") ?? 0) - 0.8 + 0.1 / 3) < 0.001)
  }

  @Test(arguments: [
    ["a + c <= 1"], ["word + a <= 1"], ["a > 2"], ["a < b", "b < a"],
  ])
  func `a rule that cannot be kept is refused`(constraints: [String]) throws {
    let parsed = try constraints.map { try Constraint(parsing: $0) }
    #expect(throws: OptimizationError.self) {
      try SearchSpace(
        [
          SearchParameter("a", .float(low: 0, high: 1)),
          SearchParameter("b", .float(low: 0, high: 1)),
          SearchParameter("word", .categorical(["x"])),
        ], constraints: parsed)
    }
  }

  @Test(arguments: [
    SearchPoint(["kind": .category("c")]), SearchPoint(["other": .int(1)]), SearchPoint(),
    SearchPoint(["n": .float(0.5)]),
  ])
  func `a forbidden combination that cannot occur is refused`(part: SearchPoint) {
    #expect(throws: OptimizationError.self) {
      try SearchSpace(
        [
          SearchParameter("kind", .categorical(["a", "b"])),
          SearchParameter("n", .int(low: 0, high: 3)),
        ], forbidden: [part])
    }
  }

  @Test func `a forbidden combination is refused with what is wrong about it`() {
    func refusal(_ part: SearchPoint) -> String {
      do throws(OptimizationError) {
        _ = try SearchSpace([SearchParameter("kind", .categorical(["a", "b"]))], forbidden: [part])
        return ""
      } catch {
        return "\(error.message); \(error.hint ?? "")"
      }
    }
    #expect(
      refusal(SearchPoint(["kinds": .category("a")]))
        == "a forbidden combination names kinds, which is no parameter; did you mean kind?")
    #expect(
      refusal(SearchPoint(["kind": .category("c")]))
        == "a forbidden combination gives kind the value c, which it cannot have; "
        + "give it a value of its range or one of its choices")
  }

  @Test func `forbidding everything is refused`() {
    #expect(throws: OptimizationError.self) {
      try SearchSpace(
        [SearchParameter("flag", .boolean)],
        forbidden: [SearchPoint(["flag": .bool(true)]), SearchPoint(["flag": .bool(false)])])
    }
  }

  @Test func `an initial point that is forbidden is refused`() {
    #expect(throws: OptimizationError.self) {
      try SearchSpace(
        [SearchParameter("flag", .boolean)], forbidden: [SearchPoint(["flag": .bool(true)])],
        initialPoints: [SearchPoint(["flag": .bool(true)])])
    }
  }

  @Test func `initial points of the space come first, exactly as they were given`() throws {
    let space = try SearchSpace(
      [SearchParameter("rate", .float(low: 1e-5, high: 1, log: true))],
      initialPoints: [SearchPoint(["rate": .float(0.1)]), SearchPoint(["rate": .int(1)])])
    var study = Study(space: space, goal: .minimize, sampler: RandomSampler(), seed: 1)
    #expect(study.ask().point == SearchPoint(["rate": .float(0.1)]))
    #expect(study.ask().point == SearchPoint(["rate": .float(1)]))
  }

  @Test(arguments: [
    SearchParameter("b", .boolean, when: .init(parent: "x", values: [.float(0.5)])),
    SearchParameter("b", .boolean, when: .init(parent: "n", values: [.int(9)])),
    SearchParameter("b", .boolean, when: .init(parent: "n", values: [ParameterValue]())),
    SearchParameter("b", .boolean, when: .init(parent: "b", values: [.bool(true)])),
    SearchParameter("b", .int(low: 0, high: .max)), SearchParameter("b", .int(low: .min, high: 0)),
    SearchParameter("b", .float(low: -1e308, high: 1e308)),
    SearchParameter("b", .steps(low: 1e9, high: 1e9 + 1, step: 1e-8)),
    SearchParameter("b", .ordinal(["a", "a"])),
  ])
  func `what cannot be searched is refused`(parameter: SearchParameter) {
    #expect(throws: OptimizationError.self) {
      try SearchSpace([
        SearchParameter("x", .float(low: 0, high: 1)), SearchParameter("n", .int(low: 0, high: 3)),
        parameter,
      ])
    }
  }

  @Test(arguments: SamplerCases.spaces.keys.sorted())
  func `a space comes back from JSON as it was`(name: String) throws {
    let space = SamplerCases.spaces[name] ?? Self.space
    let text = String(decoding: space.json.encoded(), as: UTF8.self)
    let again = try SearchSpace(json: JSONValue(parsing: text))
    #expect(again == space)
    #expect(again.fingerprint == space.fingerprint)
    var random = SeededGenerator(seed: 1)
    let point = RandomSampler.point(of: space, using: &random)
    let read = SearchPoint(
      json: try JSONValue(parsing: String(decoding: point.json.encoded(), as: UTF8.self)))
    #expect(space.nearest(to: read) == point)
  }

  @Test func `a space is read from JSON`() throws {
    let space = try SearchSpace(
      json: JSONValue(
        parsing: """
          {"parameters": [{"name": "rate", "log_uniform": [1e-5, 0.1]},
            {"name": "momentum", "uniform": [0, 1], "step": 0.1},
            {"name": "batch", "ordinal": [16, 32, 64]}, {"name": "solver", "choice": ["adam", "sgd"]},
            {"name": "nesterov", "bool": true, "when": {"solver": ["sgd"]}}],
           "constraints": ["rate * momentum <= 0.05"],
           "forbidden": [{"solver": "sgd", "batch": 64}], "initial": [{"rate": 0.01}]}
          """))
    #expect(
      try space
        == SearchSpace(
          [
            SearchParameter("rate", .float(low: 1e-5, high: 0.1, log: true)),
            SearchParameter("momentum", .steps(low: 0, high: 1, step: 0.1)),
            SearchParameter("batch", .ordinal(["16", "32", "64"])),
            SearchParameter("solver", .categorical(["adam", "sgd"])),
            SearchParameter("nesterov", .boolean, when: .init(parent: "solver", values: ["sgd"])),
          ], constraints: [Constraint(parsing: "rate * momentum <= 0.05")],
          forbidden: [SearchPoint(["solver": .category("sgd"), "batch": .category("64")])],
          initialPoints: [SearchPoint(["rate": .float(0.01)])]))
  }

  @Test(arguments: [
    "{}", "{\"parameters\": [{}]}", "{\"parameters\": [{\"name\": \"x\"}]}",
    "{\"parameters\": [{\"name\": \"x\", \"uniform\": [0, 1], \"int\": [0, 1]}]}",
    "{\"parameters\": [{\"name\": \"x\", \"unifrom\": [0, 1]}]}",
    "{\"parameters\": [{\"name\": \"x\", \"int\": [0, 1.5]}]}",
    "{\"parameters\": [{\"name\": \"x\", \"log_uniform\": [1, 2], \"step\": 1}]}",
    "{\"parameters\": [{\"name\": \"x\", \"choice\": []}]}",
    "{\"parameters\": [{\"name\": \"x\", \"bool\": true, \"when\": {\"y\": [1]}}]}",
    "{\"parameters\": [], \"constraints\": [1]}", "{\"parameters\": [], \"forbidden\": [{}]}",
    "{\"parameters\": [{\"name\": \"x\", \"uniform\": [0, 1], \"step\": \"0.1\"}]}",
    "{\"parameters\": [{\"name\": \"x\", \"choice\": [\"a\"], \"step\": 1}]}",
    "{\"parameters\": [{\"name\": \"x\", \"bool\": false}]}",
    "{\"parameters\": [{\"name\": \"x\", \"uniform\": [0, 1]}], \"constraint\": [\"x < 0.5\"]}",
    "{\"parameters\": [{\"name\": \"x\", \"uniform\": [0, 1]}], \"constraints\": \"x < 0.5\"}",
    "{\"parameters\": [{\"name\": \"x\", \"uniform\": [0, 1]}], \"initial\": {\"x\": 0.5}}",
    "{\"parameters\": [{\"name\": \"x\", \"uniform\": [0, 1]}], \"initial\": [0.5]}",
    "{\"parameters\": [{\"name\": \"x\", \"uniform\": [0, 1]}], \"initial\": [{\"y\": 0.5}]}",
    "{\"parameters\": [{\"name\": \"x\", \"uniform\": [0, 1]}], \"initial\": [{\"x\": 7}]}",
    "{\"parameters\": [{\"name\": \"x\", \"uniform\": [0, 1]}], \"initial\": [{\"x\": null}]}",
    "{\"parameters\": [{\"name\": \"x\", \"uniform\": [0, 1]}], \"initial\": [{\"x\": \"0.5\"}]}",
    "{\"parameters\": [{\"name\": \"x\", \"uniform\": [0, 1]}], \"forbidden\": [{\"x\": [0, 1]}]}",
    "{\"parameters\": [{\"name\": \"x\", \"uniform\": [0, 1]}], \"forbidden\": 1}",
  ])
  func `JSON that is no space is refused`(text: String) {
    #expect(throws: OptimizationError.self) { try SearchSpace(json: JSONValue(parsing: text)) }
  }

  @Test(arguments: [
    (#""choice": ["a", null]"#, #"write {"name": "x", "choice": ["none", 16, true]}"#),
    (#""int": [0, 9], "step": 3"#, #"list the numbers: {"name": "x", "ordinal": [16, 32, 48]}"#),
    (#""log_int": [1, 9.5]"#, #"write {"name": "x", "log_int": [1, 64]}"#),
    (
      #""bool": true, "when": {"a": [1], "b": [2]}"#,
      #"write "when": {"solver": ["sgd"]}; that one may depend on another"#
    ),
  ])
  func `a refusal says how to write what was meant`(words: String, hint: String) throws {
    let json = try JSONValue(parsing: #"{"parameters": [{"name": "x", \#(words)}]}"#)
    let error = #expect(throws: OptimizationError.self) { try SearchSpace(json: json) }
    #expect(error?.hint == hint)
  }

  @Test func `a constraint of a stranger cannot be so deep that walking it fails`() throws {
    let longest = "x" + String(repeating: "+x", count: (Constraint.longest - 6) / 2) + "<=1e9"
    let constraint = try Constraint(parsing: longest)
    #expect(constraint.holds(at: SearchPoint(["x": .float(1)])))
    #expect(throws: OptimizationError.self) { try Constraint(parsing: longest + "0") }
  }

  @Test func `a space in YAML is the space in JSON`() throws {
    let yaml = """
      parameters:
        rate: {log_uniform: [1e-5, 0.1]}
        batch: {ordinal: [16, 32]}
        flag: {bool: true, when: {batch: [32]}}
      constraints: [rate <= 0.05]
      initial: [{rate: 0.01}]
      """
    let json = """
      {"parameters": {"rate": {"log_uniform": [1e-5, 0.1]}, "batch": {"ordinal": [16, 32]},
                      "flag": {"bool": true, "when": {"batch": [32]}}},
       "constraints": ["rate <= 0.05"], "initial": [{"rate": 0.01}]}
      """
    let space = try SearchSpace(json: YAMLDocument.parse(yaml, file: "space.yaml").json)
    #expect(try space == SearchSpace(json: JSONValue(parsing: json)))
  }

  @Test func `the fingerprint tells spaces apart and ignores what does not matter`() throws {
    func space(_ parameters: [SearchParameter], _ rule: String = "x <= 1") throws -> SearchSpace {
      try SearchSpace(parameters, constraints: [Constraint(parsing: rule)])
    }
    let x = SearchParameter("x", .float(low: 0, high: 1))
    let kind = SearchParameter("kind", .categorical(["a", "b"]))
    let size = SearchParameter("size", .ordinal(["a", "b"]))
    let base = try space([x, kind, size]).fingerprint
    #expect(
      try space([size, SearchParameter("kind", .categorical(["b", "a"])), x], "x<=1").fingerprint
        == base)
    #expect(
      try space([x, kind, SearchParameter("size", .ordinal(["b", "a"]))]).fingerprint != base)
    #expect(
      try space([SearchParameter("x", .float(low: 0, high: 1.5)), kind, size]).fingerprint != base)
    #expect(try space([x, kind, size], "x <= 0.9").fingerprint != base)
    #expect(try space([x, kind]).fingerprint != base)
  }
}
