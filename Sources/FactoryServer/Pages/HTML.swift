import HTTPTypes
import Hummingbird

/// Text of a page: what is interpolated is escaped, unless it is HTML itself.
///
/// ```swift
/// let cell: HTML = "<td>\(name)</td>"
/// ```
struct HTML: ExpressibleByStringInterpolation, Sendable, Equatable {
  private(set) var text: String

  init(stringLiteral value: String) { text = value }

  init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  /// Joins parts without anything between them.
  init(_ parts: [HTML]) { text = parts.map(\.text).joined() }

  /// What an interpolation gathers.
  struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    mutating func appendLiteral(_ literal: String) { text += literal }
    mutating func appendInterpolation(_ html: HTML) { text += html.text }
    mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { text += part.text } }
    mutating func appendInterpolation(_ value: String) { text += HTML.escaped(value) }
    mutating func appendInterpolation(_ value: some BinaryInteger) { text += "\(value)" }
  }

  /// The text with the five characters that mean something to HTML replaced.
  static func escaped(_ value: String) -> String {
    guard value.utf8.contains(where: { "<>&\"'".utf8.contains($0) }) else { return value }
    var result = ""
    for character in value.unicodeScalars {
      switch character {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}

/// An answer that is a page.
struct PageResponse: ResponseGenerator, Sendable {
  /// Nothing from elsewhere, no scripts: our pages need none.
  static let policy =
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    + "base-uri 'none'; frame-ancestors 'none'"
  /// Reports hold their own style and drawings.
  static let reportPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    + "frame-ancestors 'none'"

  var html: String
  var status = HTTPResponse.Status.ok
  var policy = PageResponse.policy

  func response(from request: Request, context: some RequestContext) -> Response {
    var headers: HTTPFields = [
      .contentType: "text/html; charset=utf-8", .contentSecurityPolicy: policy,
      .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
    ]
    if let field = HTTPField.Name("Referrer-Policy") { headers[field] = "no-referrer" }
    return Response(
      status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: html)))
  }
}
