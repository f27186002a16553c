import Basics
import JobProtocol
import Testing

@testable import Optimization

struct SeveralGoalsTests {
  private static let terms = {
    var terms = StudyTerms(
      name: "s", space: StudyCoordinatorTests.space, sampler: .nsga2, seed: 5, leaseMs: 1_000)
    terms.goals = [.minimize, .maximize]
    return terms
  }()

  private static func tell(
    _ study: inout StudyCoordinator, _ number: Int, _ values: String
  ) throws -> JSONValue {
    try StudyCoordinatorTests.ask(
      &study,
      #"{"tell": \#(number), "attempt": 1, "outcome": "completed", \#(values)}"#)
  }

  @Test func `trials are told with a value for each goal, and what no other beats is the frontier`()
    throws
  {
    var study = StudyCoordinator(Self.terms)
    let values = ["[1, 1]", "[2, 3]", "[2, 2]", #"[0, "-Infinity"]"#, "[5, null]"]
    for (number, list) in values.enumerated() {
      #expect(try StudyCoordinatorTests.take(&study, "\(number)") == number)
      #expect(try Self.tell(&study, number, #""values": \#(list)"#)["told"] == true)
    }
    let frontier = try StudyCoordinatorTests.ask(&study, #"{"frontier": true}"#)
    // The third is worse than the second, an infinitely bad value is no result, the last failed.
    let trials = try #require(frontier["trials"]?.arrayValue)
    #expect(trials.map { $0["number"] } == [0, 1])
    #expect(trials.last?["values"] == [2, 3])
    #expect(study.report(of: 1)?.values == [2, 3] && study.report(of: 1)?.value == 2)
    #expect(study.report(of: 4)?.outcome == .failed)
  }

  @Test func `another number of values is refused, and changes nothing`() throws {
    var study = StudyCoordinator(Self.terms)
    _ = try StudyCoordinatorTests.take(&study, "a")
    let wrongs = ["\"value\": 1"] + ["[1]", "[1, 2, 3]", #"[1, "x"]"#].map { "\"values\": \($0)" }
    for wrong in wrongs {
      #expect(try Self.tell(&study, 0, wrong)["error"] != nil, "\(wrong)")
    }
    #expect(try Self.tell(&study, 0, #""values": [1, 2]"#)["told"] == true)
  }

  @Test func `the terms of a study keep its goals`() throws {
    #expect(try StudyTerms(json: Self.terms.json) == Self.terms)
  }
}
