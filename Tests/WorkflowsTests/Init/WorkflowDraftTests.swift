import Experimentation
import DataPipelines
import Foundation
import Testing

@testable import Workflows

@Suite struct WorkflowDraftTests {
  /// A profile by the shape of its JSON: what lies on disk is the contract.
  private func profile(_ columns: [[String: Any]]) throws -> DatasetProfile {
    let filled = columns.map { column in
      [
        "role": "feature", "nullCount": 0, "topValues": [] as [Any], "isConstant": false,
        "isIdentityLike": false,
      ].merging(column) { _, new in new }
    }
    let json: [String: Any] = [
      "rowCount": 1000, "sampledRowCount": 1000, "columns": filled, "warnings": [] as [Any],
    ]
    return try JSONDecoder().decode(
      DatasetProfile.self, from: try JSONSerialization.data(withJSONObject: json))
  }

  private func numbers(_ name: String, sd: Double) -> [String: Any] {
    [
      "name": name, "type": "decimal", "distinctCount": 400,
      "numbers": [
        "minimum": 3.0, "maximum": 9.0, "mean": 5.8, "standardDeviation": sd,
        "quantiles": [3.0, 4, 5, 6, 7, 8, 9],
        "histogram": ["lowerBound": 3.0, "upperBound": 9.0, "counts": [1000]],
      ] as [String: Any],
    ]
  }

  @Test func `a number is a regression with a gate under its spread`() throws {
    let id: [String: Any] = [
      "name": "id", "type": "integer", "distinctCount": 1000, "isIdentityLike": true,
    ]
    let draft = try WorkflowDraft(
      source: "wine quality.csv", target: "quality",
      profile: try profile([id, numbers("quality", sd: 0.87)]))
    let definition = try WorkflowFile.parse(text: draft.text, path: "w.yaml")
    #expect(definition.name == "wine-quality")
    #expect(definition.data?.source == "wine quality.csv")
    #expect(definition.data?.exclude == ["id"])
    #expect(definition.train?.task == .regression)
    #expect(definition.evaluate.gates.first?.atMost == 0.783)
    #expect(definition.data?.checks.last?.rowsAtLeast == 900)
  }

  @Test func `two classes are split by their shares and the rarer one is positive`() throws {
    let risk: [String: Any] = [
      "name": "risk", "type": "category", "distinctCount": 2,
      "topValues": [["value": "good: yes", "count": 700], ["value": "no \"x\"", "count": 300]],
    ]
    let draft = try WorkflowDraft(source: "c.csv", target: "risk", profile: try profile([risk]))
    let definition = try WorkflowFile.parse(text: draft.text, path: "w.yaml")
    #expect(definition.train?.positive == "no \"x\"")
    #expect(definition.data?.split.rule == .stratified)
    #expect(definition.train?.metric == "auc")
  }

  @Test func `a column that is not there is named with its neighbor`() throws {
    let profile = try profile([numbers("quality", sd: 1)])
    let error = #expect(throws: WorkflowError.self) {
      try WorkflowDraft(source: "w.csv", target: "qualty", profile: profile)
    }
    #expect(error?.hint == "Did you mean 'quality'?")
  }
}
