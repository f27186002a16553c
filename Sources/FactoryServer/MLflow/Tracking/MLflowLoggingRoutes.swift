import MLflowProtocol
import Basics
import Experimentation
import HTTPTypes

extension FactoryRoutes {
  /// What a run logs: metrics, params, tags, inputs, outputs.
  func addMLflowLoggingRoutes(_ ledger: Ledger) {
    mlflowWrite("runs/log-batch", ledger) { body in
      try MLflowLogging.write(try MLflowBatch(parsing: body.bytes))
    } answer: {
      MLflowAnswer.done
    }
    for (path, write) in MLflowLogging.writes {
      mlflowWrite(path, ledger) { body in
        try write(try body.fields())
      } answer: {
        MLflowAnswer.done
      }
    }
  }
}

/// What MLflow cuts off: its servers shorten long values of params and tags.
enum MLflowLimits {
  static func params(_ pairs: [(key: String, value: String)]) -> [String: String] {
    cut(pairs, to: 6_000)
  }

  static func tags(_ pairs: [(key: String, value: String)]) -> [String: String] {
    cut(pairs, to: 8_000)
  }

  /// Refuses a time before 1970, which MLflow's servers cannot keep.
  static func checkTime(of point: MetricPoint, at path: String) throws {
    guard point.timestampMs < 0 else { return }
    throw MLflowFailure(
      .invalidParameterValue,
      "Invalid value \(point.timestampMs) for parameter '\(path)' supplied: "
        + "metric '\(point.key)' (value=\(point.value)). "
        + "Timestamp must be a nonnegative long (64-bit integer) ")
  }

  private static func cut(
    _ pairs: [(key: String, value: String)], to limit: Int
  ) -> [String: String] {
    [String: String](
      pairs.map { ($0.key, $0.value.firstScalars(limit)) },
      uniquingKeysWith: { _, last in last })
  }

  /// The JSON object in a text; nil where it is none.
  static func object(_ text: String) -> JSONValue? {
    // The caller tells what is wrong.
    guard let value = try? JSONValue(parsing: text), case .object = value else { return nil }
    return value
  }
}

extension MLflowFields {
  static func run(_ text: String) throws -> RunID {
    try MLflowFields(members: .object([JSONMember("run_id", .string(text))])).run()
  }

  func runInput() throws -> RunInput {
    guard let dataset = try object("dataset") else { throw Self.missing("dataset") }
    var tags = try pairs("tags")
    for (field, limit) in [
      ("name", 500), ("digest", 36), ("source", 65_535), ("schema", 1_048_575),
      ("profile", 16_777_215),
    ] where try (dataset.string(field) ?? "").unicodeScalars.count > limit {
      throw MLflowFailure(
        .invalidParameterValue, "'\(field)' exceeds the maximum length of \(limit) characters")
    }
    let context = tags.removeValue(forKey: MLflowInputTag.context) ?? ""
    var input = RunInput(
      name: try dataset.required("name"), digest: try dataset.required("digest"),
      context: context, sourceType: try dataset.required("source_type"),
      source: try dataset.required("source"), schema: try dataset.string("schema") ?? "",
      profile: try dataset.string("profile") ?? "")
    input.tags = tags
    return input
  }
}

/// Tags of a run's inputs that mean something to the factory too.
enum MLflowInputTag {
  /// What the dataset was used for.
  static let context = "mlflow.data.context"
}
