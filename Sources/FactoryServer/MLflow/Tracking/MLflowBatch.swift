import MLflowProtocol
import Basics
import Experimentation

/// What one `runs/log-batch` brings, read straight from the bytes.
struct MLflowBatch {
  var runText = ""
  var points: [MetricPoint] = []
  /// The points that belong to a logged model too.
  var modelPoints: [LoggedModelMetric] = []
  var params: [(key: String, value: String)] = []
  var tags: [(key: String, value: String)] = []

  /// Reads and checks a body.
  init(parsing bytes: [UInt8]) throws {
    do {
      self = try JSONReader.read(bytes) { reader throws(any Error) in
        reader.acceptsPythonNumbers = true
        var batch = MLflowBatch()
        try batch.read(&reader)
        try reader.finish()
        return batch
      }
    } catch let error as JSONError where error.code == .jsonUnexpectedType {
      throw try Self.explanation(of: error, in: bytes)
    }
    try checkLimits()
  }

  private init() {}

  private mutating func read(_ reader: inout JSONReader) throws {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      if try reader.readNull() { continue }
      if key.equals("metrics") {
        try reader.beginArray()
        while try reader.nextElement() { try readMetric(&reader) }
      } else if key.equals("params") {
        params = try Self.readPairs(&reader, "params")
      } else if key.equals("tags") {
        tags = try Self.readPairs(&reader, "tags")
      } else if key.equals("run_id") {
        runText = try reader.readString()
      } else {
        try reader.skipValue()
      }
    }
  }

  private mutating func readMetric(_ reader: inout JSONReader) throws {
    var name: String?
    var value: Double?
    var time: Int64?
    var step: Int64 = 0
    var model = ""
    var dataset = ("", "")
    try reader.beginObject()
    while let key = try reader.nextKey() {
      if try reader.readNull() { continue }
      if key.equals("key") {
        name = try reader.readString()
      } else if key.equals("value") {
        value = try Self.readDouble(&reader)
      } else if key.equals("timestamp") {
        time = try Self.readInteger(&reader)
      } else if key.equals("step") {
        step = try Self.readInteger(&reader)
      } else if key.equals("model_id") {
        model = try reader.readString()
      } else if key.equals("dataset_name") {
        dataset.0 = try reader.readString()
      } else if key.equals("dataset_digest") {
        dataset.1 = try reader.readString()
      } else {
        try reader.skipValue()
      }
    }
    let path = "metrics[\(points.count)]"
    guard let name, !name.isEmpty else { throw MLflowFields.missing(path + ".key") }
    guard let value else { throw MLflowFields.missing(path + ".value") }
    guard let time else { throw MLflowFields.missing(path + ".timestamp") }
    let point = MetricPoint(key: name, value: value, step: step, timestampMs: time)
    points.append(point)
    if !model.isEmpty {
      modelPoints.append(
        LoggedModelMetric(
          model: model, point: point, datasetName: dataset.0, datasetDigest: dataset.1))
    }
  }

  private static func readPairs(
    _ reader: inout JSONReader, _ name: String
  ) throws -> [(key: String, value: String)] {
    var pairs: [(key: String, value: String)] = []
    try reader.beginArray()
    while try reader.nextElement() {
      var key: String?
      var value = ""
      try reader.beginObject()
      while let field = try reader.nextKey() {
        if try reader.readNull() { continue }
        if field.equals("key") {
          key = try reader.readString()
        } else if field.equals("value") {
          value = try reader.readString()
        } else {
          try reader.skipValue()
        }
      }
      guard let key, !key.isEmpty else {
        throw MLflowFields.missing("\(name)[\(pairs.count)].key")
      }
      pairs.append((key, value))
    }
    return pairs
  }

  /// A number, or one of `NaN`, `Infinity`, `-Infinity` and digits in quotes.
  private static func readDouble(_ reader: inout JSONReader) throws -> Double {
    guard try reader.peek() == .string else { return try reader.readDouble() }
    let text = try reader.readString()
    guard let number = Double(text) else {
      throw MLflowFields.invalid("value", .string(text))
    }
    return number
  }

  private static func readInteger(_ reader: inout JSONReader) throws -> Int64 {
    guard try reader.peek() == .string else { return try reader.readInteger() }
    let text = try reader.readString()
    guard let number = Int64(text) else {
      throw MLflowFields.invalid("timestamp", .string(text))
    }
    return number
  }

  /// Says which field has the wrong type, in MLflow's words; slow, and only for wrong requests.
  private static func explanation(
    of error: JSONError, in bytes: [UInt8]
  ) throws -> MLflowFailure {
    let value = try JSONValue(parsing: bytes)
    guard case .object = value else {
      return MLflowFailure(.badRequest, "The body must be a JSON object.")
    }
    let fields = MLflowFields(members: value)
    _ = try fields.string("run_id")
    for name in ["metrics", "params", "tags"] {
      for entry in try fields.objects(name) {
        _ = try entry.string("key")
        if name != "metrics" {
          _ = try entry.string("value")
          continue
        }
        _ = try entry.double("value")
        _ = try entry.integer("timestamp")
        _ = try entry.integer("step")
      }
    }
    return MLflowFailure(.invalidParameterValue, error.message)
  }

  /// An error about a key, with the key's place in the batch.
  func located(_ error: ExperimentationError) -> ExperimentationError {
    let lists = [
      ("metrics", "name", points.map(\.key)), ("params", "key", params.map(\.key)),
      ("tags", "key", tags.map(\.key)),
    ]
    for (list, field, keys) in lists {
      let words = " for parameter '\(field)' supplied"
      guard let index = keys.firstIndex(where: { error.message.contains("\"\($0)\"" + words) })
      else { continue }
      let place = " for parameter '\(list)[\(index)].\(field)' supplied"
      return ExperimentationError(
        error.code, error.message.replacing(words, with: place), hint: error.hint)
    }
    return error
  }

  private func checkLimits() throws {
    for (count, limit, noun) in [
      (points.count, 1_000, "metrics"), (params.count, 100, "params"), (tags.count, 100, "tags"),
      (points.count + params.count + tags.count, 1_000, "metrics, params, and tags"),
    ] where count > limit {
      throw MLflowFailure(
        .invalidParameterValue,
        "A batch logging request can contain at most \(limit) \(noun). Got \(count) \(noun). "
          + "Please split up \(noun) across multiple requests and try again.")
    }
    for (index, point) in points.enumerated() {
      try MLflowLimits.checkTime(of: point, at: "metrics[\(index)].timestamp")
    }
    var seen: Set<String> = []
    let repeated = params.map(\.key).filter { !seen.insert($0).inserted }
    guard repeated.isEmpty else {
      throw MLflowFailure(
        .invalidParameterValue,
        "Duplicate parameter keys have been submitted: ["
          + repeated.map { "'\($0)'" }.joined(separator: ", ") + "]. Please ensure the request "
          + "contains only one param value per param key.")
    }
  }
}
