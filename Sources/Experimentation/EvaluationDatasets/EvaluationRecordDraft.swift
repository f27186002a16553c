import Basics

/// A record as a client sends it, read and checked.
struct EvaluationRecordDraft {
  /// What was asked; equal ones make one record.
  var inputs: [UInt8]
  var inputHash: String
  /// nil where the client sent none; the word `null` removes those that are known.
  var outputs: [UInt8]?
  var expectations: JSONObjectText?
  var tags: JSONObjectText?
  var source: [UInt8]?
  var sourceType: String?
  var sourceID: String?

  /// MLflow's words for where records come from.
  private static let sourceTypes = ["UNSPECIFIED", "TRACE", "HUMAN", "DOCUMENT", "CODE"]

  /// Reads an array of records.
  static func drafts(of bytes: [UInt8]) throws -> [EvaluationRecordDraft] {
    var texts: [[UInt8]] = []
    do {
      try JSONReader.read(bytes) { reader throws(JSONError) in
        reader.acceptsPythonNumbers = true
        try reader.beginArray()
        while try reader.nextElement() { texts.append(try reader.readRaw()) }
        try reader.finish()
      }
    } catch {
      throw refusal("'records' must be a JSON array in a text: \(error.message)")
    }
    return try texts.enumerated().map { try EvaluationRecordDraft($0.element, position: $0.offset) }
  }

  private init(_ bytes: [UInt8], position: Int) throws {
    let record = try Self.object(bytes, "Record \(position)")
    let inputs = record["inputs"] ?? Array("{}".utf8)
    _ = try Self.object(inputs, "'inputs' of record \(position)")
    self.inputs = inputs
    let canonical = try JSONReader.read(inputs) { reader throws(JSONError) in
      reader.acceptsPythonNumbers = true
      return try reader.readCanonical()
    }
    inputHash = ObjectDigest(of: canonical).hex
    outputs = record["outputs"]
    func part(_ name: String) throws -> JSONObjectText? {
      guard let value = record[name], !Self.isNull(value) else { return nil }
      return try Self.object(value, "'\(name)' of record \(position)")
    }
    expectations = try part("expectations")
    tags = try part("tags")
    if let source = try part("source") { try readSource(source) }
  }

  private mutating func readSource(_ object: JSONObjectText) throws {
    let word = object["source_type"].flatMap { Self.text($0) }?.uppercased() ?? ""
    guard Self.sourceTypes.contains(word) else {
      let words = Self.sourceTypes.map { "'\($0)'" }.joined(separator: ", ")
      throw Self.refusal(
        "Invalid dataset record source type: \(word.prefix(60)). Valid source types: [\(words)]")
    }
    let given = object["source_data"].flatMap { Self.isNull($0) ? nil : $0 }
    let data = try given.map { try Self.object($0, "'source_data'") } ?? JSONObjectText()
    var kept = JSONObjectText()
    kept.set("source_type", to: Array("\"\(word)\"".utf8))
    kept.set("source_data", to: data.bytes)
    (source, sourceType) = (kept.bytes, word)
    sourceID = data[word == "TRACE" ? "trace_id" : "source_id"].flatMap { Self.text($0) }
  }

  /// Who sent it, by MLflow's tag.
  var user: String? { tags?["mlflow.user"].flatMap { Self.text($0) } }

  private static func object(_ bytes: [UInt8], _ noun: String) throws -> JSONObjectText {
    do { return try JSONObjectText(parsing: bytes) } catch {
      throw refusal("\(noun) must be a JSON object: \(error.message)")
    }
  }

  static func isNull(_ bytes: [UInt8]) -> Bool { bytes.elementsEqual("null".utf8) }

  /// The text of a string; nil where it is none.
  private static func text(_ bytes: [UInt8]) -> String? {
    guard bytes.first == UInt8(ascii: "\"") else { return nil }
    return try? JSONValue(parsing: bytes).stringValue  // It was read before.
  }

  private static func refusal(_ message: String) -> ExperimentationError {
    ExperimentationError(.invalidValue, message)
  }
}
