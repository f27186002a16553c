import Foundation

/// What the report tells of the search that found the model; read from the training's files.
struct SearchHistory: Sendable {
  /// One trial of `trials.json`.
  struct Trial: Decodable, Sendable {
    var number: Int
    var outcome: String
    var parameters: [String: String]?
    var value: Double?
    var steps: Int?
  }

  /// The part of the training's `result.json` that is shown.
  struct Summary: Decodable, Sendable {
    struct Member: Decodable, Sendable {
      var trial: Int
      var weight: Double
    }

    var metric: String
    var validation: [String: Double]
    var linearBaseline: [String: Double]
    var completedTrials: Int
    var prunedTrials: Int
    var failedTrials: Int
    var bestTrial: Int
    var ensemble: [Member]
    var crossValidationFolds: Int?
    var seconds: Double
  }

  var summary: Summary
  var trials: [Trial]

  /// Reads what a training left; nil where it left nothing that can be read.
  ///
  /// The report is about the model: without its search it is shorter, not wrong.
  init?(folder: String) {
    func read<Value: Decodable>(_ name: String, _ type: Value.Type) -> Value? {
      guard let data = FileManager.default.contents(atPath: folder + "/" + name) else {
        return nil
      }
      // A file in another shape is as good as none here.
      return try? JSONDecoder().decode(type, from: data)
    }
    guard let summary = read("result.json", Summary.self) else { return nil }
    self.summary = summary
    trials = (read("trials.json", [Trial].self) ?? []).sorted { $0.number < $1.number }
  }

  init(summary: Summary, trials: [Trial]) {
    self.summary = summary
    self.trials = trials
  }
}
