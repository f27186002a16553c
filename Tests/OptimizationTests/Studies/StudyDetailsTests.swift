import Testing

@testable import Optimization

struct StudyDetailsTests {
  @Test func `what is known of a study comes back from its text`() throws {
    let details = StudyDetails(
      goals: [.minimize, .maximize],
      attributes: [
        StudyAttribute(.user, "owner", #"{"a": NaN}"#), StudyAttribute(.system, "owner", "1"),
      ],
      distributions: [
        "x": OptunaDistribution(.float(low: 0, high: 1)),
        "kind": try OptunaDistribution(
          text: #"{"name": "CategoricalDistribution", "attributes": {"choices": [null, 2]}}"#),
      ])
    #expect(StudyDetails(text: details.text) == details)
    #expect(StudyDetails(text: "{}") == nil)
  }

  @Test func `what is known of a trial comes back from its text, infinite values too`() throws {
    let details = TrialDetails(
      values: [1.5, -.infinity],
      intermediate: [
        TrialDetails.Point(step: 0, value: .infinity), TrialDetails.Point(step: 7, value: 0.1),
      ], attributes: [StudyAttribute(.user, "note", #""\u00e4""#)])
    #expect(TrialDetails(text: details.text) == details)
    let lost = TrialDetails(values: [.nan])
    #expect(TrialDetails(text: lost.text)?.values.first?.isNaN == true)
  }
}
