import NIOCore

/// What the gateway sends back, before it is HTTP.
struct GatewayAnswer {
  var status: UInt16
  /// JSON.
  var payload: ByteBuffer
  /// Seconds after which another try makes sense.
  var retryAfterSeconds: Int?

  init(status: UInt16, payload: ByteBuffer, retryAfterSeconds: Int? = nil) {
    self.status = status
    self.payload = payload
    self.retryAfterSeconds = retryAfterSeconds
  }

  /// Appends the answer as one HTTP/1.1 response.
  func write(to buffer: inout ByteBuffer, keepAlive: Bool) {
    buffer.writeStaticString("HTTP/1.1 ")
    buffer.writeString(Self.reason(status))
    buffer.writeStaticString("\r\ncontent-type: application/json\r\ncontent-length: ")
    buffer.writeString(String(payload.readableBytes))
    if let retryAfterSeconds {
      buffer.writeStaticString("\r\nretry-after: ")
      buffer.writeString(String(retryAfterSeconds))
    }
    if status == 401 { buffer.writeStaticString("\r\nwww-authenticate: Bearer") }
    if !keepAlive { buffer.writeStaticString("\r\nconnection: close") }
    buffer.writeStaticString("\r\n\r\n")
    buffer.writeImmutableBuffer(payload)
  }

  private static func reason(_ status: UInt16) -> String {
    switch status {
    case 200: "200 OK"
    case 400: "400 Bad Request"
    case 401: "401 Unauthorized"
    case 403: "403 Forbidden"
    case 404: "404 Not Found"
    case 405: "405 Method Not Allowed"
    case 413: "413 Content Too Large"
    case 422: "422 Unprocessable Content"
    case 429: "429 Too Many Requests"
    case 500: "500 Internal Server Error"
    case 503: "503 Service Unavailable"
    case 504: "504 Gateway Timeout"
    default: "\(status) Status"
    }
  }
}

/// What the gateway itself can find wrong.
enum GatewayFailure {
  case badRequest, unauthorized, forbiddenHost(String), forbiddenOrigin, notFound(String)
  case methodNotAllowed, bodyTooLarge
  case queueFull, noReplica(String?), timeout

  var answer: GatewayAnswer {
    switch self {
    case .badRequest:
      Self.answer(400, "bad_request", "This is no HTTP request that the gateway understands.", "")
    case .unauthorized:
      Self.answer(
        401, "unauthorized", "A token that may call this endpoint is needed.",
        "Send 'Authorization: Bearer TOKEN'; 'aifactory env' prints it.")
    case .forbiddenHost(let host):
      Self.answer(
        403, "forbidden_host", "This gateway does not answer to the name '\(host)'.",
        "Use 127.0.0.1, localhost, or start the server with --allow-host NAME.")
    case .forbiddenOrigin:
      Self.answer(403, "forbidden_origin", "Pages of other sites may not use this gateway.", "")
    case .notFound(let path):
      Self.answer(
        404, "endpoint_not_found", "Nothing is deployed at '\(path)'.",
        "'aifactory endpoints list' shows what is.")
    case .methodNotAllowed:
      Self.answer(405, "method_not_allowed", "Send rows with POST.", "")
    case .bodyTooLarge:
      Self.answer(
        413, "body_too_large",
        "The request's body is larger than \(GatewayConnection.bodyLimit >> 20) MiB.",
        "Send the rows in several requests.")
    case .queueFull:
      Self.answer(
        429, "queue_full", "More requests wait for this endpoint than it accepts.",
        "Send fewer at once, or try again.", retry: 1)
    case .noReplica(nil):
      Self.answer(
        503, "replica_unavailable", "No replica of this endpoint answers now.",
        "'aifactory endpoints show NAME' says why.", retry: 1)
    case .noReplica(let absence?):
      Self.answer(
        503, "replica_unavailable", "No replica of this endpoint answers now. \(absence)",
        "'aifactory endpoints show NAME' shows its replicas.", retry: 5)
    case .timeout:
      Self.answer(504, "timeout", "The replica did not answer in time.", "Send fewer rows at once.")
    }
  }

  private static func answer(
    _ status: UInt16, _ code: String, _ message: String, _ hint: String, retry: Int? = nil
  ) -> GatewayAnswer {
    let payload = ByteBuffer(string: GatewayJSON.error(code: code, message: message, hint: hint))
    return GatewayAnswer(status: status, payload: payload, retryAfterSeconds: retry)
  }
}

/// The few JSON texts that the gateway writes itself.
enum GatewayJSON {
  static func error(code: String, message: String, hint: String) -> String {
    let hintText = hint.isEmpty ? "" : ",\"hint\":\(quoted(hint))"
    return "{\"error\":{\"code\":\(quoted(code)),\"message\":\(quoted(message))\(hintText)}}"
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        result += "\\"
        result.unicodeScalars.append(scalar)
      case let scalar where scalar.value < 0x20:
        result += " "
      default:
        result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
