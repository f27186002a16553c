/// Bytes that are not the JSON that was expected, and where.
public struct JSONError: Error, Sendable, CustomStringConvertible {
  /// The words of the API for what is wrong.
  public enum Code: String, Sendable {
    case jsonInvalid = "json_invalid"
    case jsonTooDeep = "json_too_deep"
    case jsonUnexpectedType = "json_unexpected_type"
  }

  /// What is wrong.
  public var code: Code
  /// What is wrong, with the number of the byte (from 0).
  public var message: String
  /// What the reader can do next.
  public var hint: String?
  /// Number of the byte at which reading stopped, from 0.
  public var offset: Int

  /// The code and the message in one line.
  public var description: String { "\(code.rawValue): \(message)" }

  init(_ code: Code = .jsonInvalid, _ message: String, at offset: Int) {
    self.code = code
    self.message = "\(message) at byte \(offset)"
    self.hint = "send one JSON document in UTF-8 (RFC 8259)"
    self.offset = offset
  }
}
