public import Basics

/// The shape of a value on the wire, as JSON Schema (2020-12, the one of OpenAPI 3.1) tells it.
public indirect enum WireSchema: Sendable {
  /// Any text.
  case text
  /// A text that matches a regular expression (ECMA 262).
  case matching(String)
  /// One of a few words.
  case word([String])
  /// A whole number that is no smaller than the bound.
  case whole(from: Int64?)
  /// A number; what is not finite is one of the texts `NaN`, `Infinity` and `-Infinity`.
  case number
  /// `true` or `false`.
  case flag
  /// Any number of values.
  case list(WireSchema)
  /// Values by keys that the caller chooses.
  case map(WireSchema)
  /// A JSON object that documentation describes.
  case document
  /// A wire type with keys of its own, which is described once and then referred to.
  case record(any DescribedWire.Type)

  /// Any whole number.
  public static let integer = WireSchema.whole(from: nil)
  /// How many.
  public static let count = WireSchema.whole(from: 0)
  /// A whole number from 1.
  public static let positive = WireSchema.whole(from: 1)
  /// An absolute path on the server's machine.
  public static let absolutePath = WireSchema.matching("^/")

  /// The schema as a JSON document; records become references.
  public var json: JSONValue {
    switch self {
    case .text: ["type": "string"]
    case .matching(let pattern): ["type": "string", "pattern": .string(pattern)]
    case .word(let words): ["type": "string", "enum": .array(words.map { .string($0) })]
    case .whole(nil): ["type": "integer", "format": "int64"]
    case .whole(let bound?):
      ["type": "integer", "format": "int64", "minimum": .number(Double(bound))]
    case .number:
      [
        "anyOf": [
          ["type": "number"], ["type": "string", "enum": ["NaN", "Infinity", "-Infinity"]],
        ]
      ]
    case .flag: ["type": "boolean"]
    case .list(let element): ["type": "array", "items": element.json]
    case .map(let value): ["type": "object", "additionalProperties": value.json]
    case .document: ["type": "object"]
    case .record(let type): ["$ref": .string("#/components/schemas/" + type.schemaName)]
    }
  }

  /// The wire types that this schema refers to itself.
  public var records: [any DescribedWire.Type] {
    switch self {
    case .record(let type): [type]
    case .list(let inner), .map(let inner): inner.records
    case .text, .matching, .word, .whole, .number, .flag, .document: []
    }
  }
}

/// A wire type that says of itself which keys it has.
///
/// A test writes and reads an example of each type, so that a schema and its type cannot differ.
public protocol DescribedWire: Codable, Sendable {
  /// Keys as they stand in JSON; one that may be absent ends in `?`.
  static var fields: WireFields { get }
  /// Whether a body with any other key is refused.
  static var isClosed: Bool { get }
}

extension DescribedWire {
  /// Most pass other keys over.
  public static var isClosed: Bool { false }

  /// Its name in the document: `WorkflowRunStage` for `WorkflowRunWire.Stage`.
  public static var schemaName: String {
    String(reflecting: Self.self).split(separator: ".").dropFirst().map {
      $0.hasSuffix("Wire") ? String($0.dropLast(4)) : String($0)
    }.joined()
  }

  /// The schema as a JSON document.
  public static var schema: JSONValue {
    let required = fields.list.filter(\.isRequired).map { JSONValue.string($0.name) }
    var members: [JSONMember] = [
      JSONMember("type", "object"),
      JSONMember(
        "properties", .object(fields.list.map { JSONMember($0.name, $0.schema.json) })),
    ]
    if !required.isEmpty { members.append(JSONMember("required", .array(required))) }
    if isClosed { members.append(JSONMember("additionalProperties", false)) }
    return .object(members)
  }
}

/// The keys of a wire type in order, written `["id": .text, "message?": .text]`.
public struct WireFields: Sendable, ExpressibleByDictionaryLiteral {
  /// One key.
  public struct Field: Sendable {
    /// As it stands in JSON.
    public var name: String
    /// What its value is.
    public var schema: WireSchema
    /// Whether it is always there.
    public var isRequired: Bool
  }

  /// In order.
  public var list: [Field]

  /// Takes names, with `?` at the end where a key may be absent, and schemas.
  public init(dictionaryLiteral elements: (String, WireSchema)...) {
    list = elements.map { name, schema in
      let isOptional = name.hasSuffix("?")
      return Field(
        name: isOptional ? String(name.dropLast()) : name, schema: schema, isRequired: !isOptional)
    }
  }
}
