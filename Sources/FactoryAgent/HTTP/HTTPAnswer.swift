/// What a request is answered with.
struct HTTPAnswer: Sendable {
  /// What follows the head.
  enum Body: Sendable {
    case bytes([UInt8])
    /// A file of that many bytes.
    case file(path: String, bytes: Int64)
  }

  var status: Int = 200
  var type = "application/json"
  var body: Body
  /// Further fields of the head.
  var headers: [(name: String, value: String)] = []

  /// An answer of JSON.
  static func json(_ bytes: [UInt8]) -> HTTPAnswer { HTTPAnswer(body: .bytes(bytes)) }

  /// `{}`: done, and nothing to tell.
  static let done = HTTPAnswer.json(Array("{}".utf8))

  /// The bytes of the head, its empty line included.
  func head(closing: Bool) -> [UInt8] {
    let count =
      switch body {
      case .bytes(let bytes): Int64(bytes.count)
      case .file(_, let bytes): bytes
      }
    var text = "HTTP/1.1 \(status) \(Self.reason(status))\r\nContent-Type: \(type)\r\n"
    text += "Content-Length: \(count)\r\n"
    for header in headers { text += "\(header.name): \(header.value)\r\n" }
    if closing { text += "Connection: close\r\n" }
    return Array((text + "\r\n").utf8)
  }

  private static func reason(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 413: "Content Too Large"
    case 424: "Failed Dependency"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 503: "Service Unavailable"
    default: "Answer"
    }
  }
}
