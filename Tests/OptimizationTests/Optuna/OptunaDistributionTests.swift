import Basics
import Testing

@testable import Optimization

struct OptunaDistributionTests {
  private static func text(_ name: String, _ attributes: String) -> String {
    #"{"name": "\#(name)", "attributes": {\#(attributes)}}"#
  }

  private static let step = #""low": 2, "high": 10, "step": 4"#

  static let known: [(String, ParameterDomain)] = [
    (
      text("FloatDistribution", #""low": 0.5, "high": 2.0, "log": false, "step": null"#),
      .float(low: 0.5, high: 2, log: false)
    ),
    (
      text("FloatDistribution", #""low": 0.0, "high": 1.0, "log": false, "step": 0.25"#),
      .steps(low: 0, high: 1, step: 0.25)
    ),
    (
      text("IntDistribution", #""low": 1, "high": 64, "log": true, "step": 1"#),
      .int(low: 1, high: 64, log: true)
    ),
    (text("IntDistribution", step + #", "log": false"#), .ordinal(["2", "6", "10"])),
    (
      text("CategoricalDistribution", #""choices": ["a", null, true, 3, 0.5]"#),
      .categorical(["a", "null", "true", "3", "0.5"])
    ),
    (
      text("CategoricalDistribution", #""choices": ["1", 1]"#),
      .categorical([#""1""#, "1"])
    ),
    (
      text("CategoricalDistribution", #""choices": [0.5, Infinity, -Infinity, [1, "a"]]"#),
      .categorical(["0.5", "inf", "-inf", #"[1,"a"]"#])
    ),
    // As they were called before version 3.
    (text("UniformDistribution", #""low": 0, "high": 1"#), .float(low: 0, high: 1)),
    (
      text("LogUniformDistribution", #""low": 0.1, "high": 1"#),
      .float(low: 0.1, high: 1, log: true)
    ),
    (
      text("DiscreteUniformDistribution", #""low": 0, "high": 1, "q": 0.5"#),
      .steps(low: 0, high: 1, step: 0.5)
    ),
    (text("IntUniformDistribution", step), .ordinal(["2", "6", "10"])),
    (
      text("IntLogUniformDistribution", #""low": 1, "high": 9, "step": 1"#),
      .int(low: 1, high: 9, log: true)
    ),
  ]

  @Test(arguments: known)
  func `a distribution has a domain, and comes back from it`(
    text: String, domain: ParameterDomain
  ) throws {
    let distribution = try OptunaDistribution(text: text)
    #expect(distribution.domain == domain)
    #expect(try OptunaDistribution(text: distribution.text) == distribution)
    // Words have forgotten what they were; numbers say it themselves.
    switch domain {
    case .float, .steps, .int: #expect(OptunaDistribution(domain) == distribution)
    case .categorical, .ordinal, .boolean: break
    }
  }

  @Test func `values come and go by their places`() throws {
    let words = try OptunaDistribution(
      text: Self.text("CategoricalDistribution", #""choices": ["a", null]"#))
    #expect(try words.value(stored: 1) == .category("null"))
    #expect(words.stored("null") == 1 && words.stored("b") == nil)
    #expect(throws: OptimizationError.self) { try words.value(stored: 2) }
    let steps = try OptunaDistribution(text: Self.text("IntDistribution", Self.step))
    #expect(try steps.value(stored: 6) == .category("6"))
    #expect(steps.stored("6") == 6)
    #expect(try OptunaDistribution(.int(low: 1, high: 9)).value(stored: 3) == .int(3))
    let flag = OptunaDistribution(.boolean)
    #expect(flag.stored("true") == 1 && flag.stored("maybe") == nil)
  }

  @Test func `what is too fine or too long for steps is a range, and goes back in steps`() throws {
    let long = Self.text("IntDistribution", #""low": 0, "high": 100000, "step": 10, "log": false"#)
    let distribution = try OptunaDistribution(text: long)
    #expect(distribution.domain == .steps(low: 0, high: 100_000, step: 10))
    #expect(try distribution.value(stored: 30) == .float(30))
    #expect(distribution.stored("30.0") == 30)
    #expect(distribution.text.contains("IntDistribution"))
    let fine = Self.text("FloatDistribution", #""low": 0.0, "high": 1e10, "step": 1.0"#)
    #expect(try OptunaDistribution(text: fine).domain == .float(low: 0, high: 1e10))
  }

  @Test func `ranges that changed are joined, and other kinds are not`() throws {
    func int(_ low: Int, _ high: Int, step: Int = 1) throws -> OptunaDistribution {
      try OptunaDistribution(
        text: Self.text(
          "IntDistribution", #""low": \#(low), "high": \#(high), "step": \#(step), "log": false"#))
    }
    #expect(try int(1, 5).joined(int(3, 9)) == int(1, 9))
    #expect(try int(2, 10, step: 4).joined(int(6, 14, step: 4)) == int(2, 14, step: 4))
    // The largest steps that have the values of both.
    #expect(try int(2, 10, step: 4).joined(int(3, 11, step: 4)) == int(2, 11))
    #expect(try int(0, 12, step: 4).joined(int(2, 8, step: 6)) == int(0, 12, step: 2))
    #expect(try int(-5, 5, step: 2).joined(int(1, 9, step: 2)) == int(-5, 9, step: 2))
    #expect(try int(1, 5).joined(OptunaDistribution(.float(low: 1, high: 5))) == nil)
  }

  @Test func `ranges in steps that do not meet are joined without steps`() throws {
    func float(_ low: Double, _ high: Double, step: String) throws -> OptunaDistribution {
      try OptunaDistribution(
        text: Self.text(
          "FloatDistribution",
          #""low": \#(low), "high": \#(high), "step": \#(step), "log": false"#))
    }
    let tenths = try float(0, 1, step: "0.1")
    #expect(try tenths.joined(float(0.5, 2, step: "0.1")) == float(0, 2, step: "0.1"))
    #expect(try tenths.joined(float(0.55, 0.95, step: "0.1")) == float(0, 1, step: "null"))
    #expect(try tenths.joined(float(0, 2, step: "0.25")) == float(0, 2, step: "null"))
    #expect(try tenths.joined(float(0, 2, step: "null")) == float(0, 2, step: "null"))
  }

  static let wrong = [
    "", "{}", #"{"name": "NewDistribution", "attributes": {}}"#,
    text("FloatDistribution", #""low": 2.0, "high": 1.0"#),
    text("FloatDistribution", #""low": NaN, "high": 1.0"#),
    text("FloatDistribution", #""low": 0.0, "high": 1.0, "log": true"#),
    text("IntDistribution", #""low": 0, "high": 4, "step": 0"#),
    text("IntDistribution", #""low": -9000000000000000000, "high": 9000000000000000000"#),
    text("CategoricalDistribution", #""choices": []"#),
  ]

  @Test(arguments: wrong)
  func `what is no distribution is refused`(text: String) {
    #expect(throws: OptimizationError.self) { try OptunaDistribution(text: text) }
  }
}
