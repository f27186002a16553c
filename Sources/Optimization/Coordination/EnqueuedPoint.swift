import Basics

/// Values that somebody wants tried; what they leave open is filled in when their trial begins.
public struct EnqueuedPoint: Sendable, Equatable {
  /// As they were given: in a space that shows itself, of parameters that nobody knows yet, too.
  public var values: SearchPoint
  /// What is noted of the trial, JSON texts by key.
  public var attributes: [String: String]
  /// Chosen by who wants it: the same question twice has one trial.
  public var key: String

  /// Takes every value as it is.
  public init(values: SearchPoint, attributes: [String: String] = [:], key: String) {
    self.values = values
    self.attributes = attributes
    self.key = key
  }

  /// All of it as JSON.
  var json: JSONValue {
    let notes = attributes.sorted { $0.key < $1.key }
    return [
      "point": values.json, "key": .string(key),
      "attributes": .object(notes.map { JSONMember($0.key, .string($0.value)) }),
    ]
  }

  /// Reads what `json` writes.
  init?(json: JSONValue) {
    guard let key = json["key"]?.stringValue, let point = json["point"], point.objectValue != nil
    else { return nil }
    self.init(
      values: SearchPoint(json: point), attributes: UserAttributes.texts(json["attributes"]),
      key: key)
  }
}

/// What programs note of trials and studies: JSON texts by key.
enum UserAttributes {
  /// Most bytes of the keys and texts of one trial, or of one study: they leave in one line.
  static let mostBytes = 16_384
  /// Most bytes of a key.
  static let mostKeyBytes = 512

  /// The texts of an object.
  static func texts(_ json: JSONValue?) -> [String: String] {
    var texts: [String: String] = [:]
    for member in json?.objectValue ?? [] { texts[member.key] = member.value.stringValue }
    return texts
  }

  /// Why these cannot be noted; nil where they can.
  static func problem(_ attributes: [String: String]) -> String? {
    for (key, text) in attributes.sorted(by: { $0.key < $1.key }) {
      guard (1...mostKeyBytes).contains(key.utf8.count) else {
        return "an attribute has a key of 1 to \(mostKeyBytes) bytes"
      }
      do {
        _ = try JSONValue(parsing: Array(text.utf8), acceptsPythonNumbers: true)
      } catch {
        return "the value of the attribute \(key) is no JSON text: \(error.message)"
      }
    }
    // As the line holds them: texts in an object, which is a text of it.
    let object = String(
      decoding: StudyCoordinator.json(of: attributes).encoded(), as: UTF8.self)
    let bytes = attributes.isEmpty ? 0 : JSONValue.string(object).encoded().count
    return bytes <= mostBytes
      ? nil : "the attributes would have \(bytes) bytes in all; \(mostBytes) are the most"
  }
}
