import Basics

/// The types of the fields of a dataset's records, as they were first seen.
struct EvaluationSchema {
  private var parts: [String: JSONObjectText] = [:]
  /// The type of outputs that are no objects.
  private var outputsType: [UInt8]?
  private static let names = ["inputs", "outputs", "expectations"]

  /// Reads what was kept; an empty text is a schema without fields.
  init(parsing text: String) throws {
    guard !text.isEmpty else { return }
    let known = try JSONObjectText(parsing: Array(text.utf8))
    for name in Self.names {
      guard let part = known[name] else { continue }
      if part.first == UInt8(ascii: "{") {
        parts[name] = try JSONObjectText(parsing: part)
      } else {
        outputsType = part
      }
    }
  }

  /// Adds the fields that a record has and the schema lacks.
  mutating func add(_ draft: EvaluationRecordDraft) throws {
    add("inputs", try JSONObjectText(parsing: draft.inputs))
    if let expectations = draft.expectations { add("expectations", expectations) }
    guard let outputs = draft.outputs, !EvaluationRecordDraft.isNull(outputs) else { return }
    if outputs.first == UInt8(ascii: "{") {
      if outputsType == nil { add("outputs", try JSONObjectText(parsing: outputs)) }
    } else if parts["outputs"]?.isEmpty ?? true, outputsType == nil {
      outputsType = Self.type(of: outputs)
    }
  }

  private mutating func add(_ name: String, _ fields: JSONObjectText) {
    for field in fields.members where parts[name]?[field.key] == nil {
      parts[name, default: JSONObjectText()].set(field.key, to: Self.type(of: field.value))
    }
  }

  /// The schema as JSON.
  var text: String {
    var all = JSONObjectText()
    for name in Self.names {
      all.set(name, to: (parts[name] ?? JSONObjectText()).bytes)
    }
    if let outputsType { all.set("outputs", to: outputsType) }
    all.set("version", to: Array("\"1.0\"".utf8))
    return String(decoding: all.bytes, as: UTF8.self)
  }

  /// The word for a value's type, in quotes.
  private static func type(of value: [UInt8]) -> [UInt8] {
    let word =
      switch value.first {
      case UInt8(ascii: "{"): "object"
      case UInt8(ascii: "["): "array"
      case UInt8(ascii: "\""): "string"
      case UInt8(ascii: "t"), UInt8(ascii: "f"): "boolean"
      case UInt8(ascii: "n"): "null"
      default: value.contains { ".eEIN".utf8.contains($0) } ? "float" : "integer"
      }
    return Array("\"\(word)\"".utf8)
  }
}
