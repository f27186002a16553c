import MLflowProtocol
import API
import Basics
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Turns an error into an answer: the only place that knows both codes and HTTP statuses.
///
/// What a person can act on is told; anything else is a 500 with an incident number, and its text
/// stands in the log alone. A wrong request is always a 4xx, because clients repeat a 5xx.
struct ErrorTranslation {
  let status: HTTPResponse.Status
  let body: ErrorWire.Body
  /// Set when the cause belongs into the log.
  let incident: String?

  init(_ error: any Error, incident: @autoclosure () -> String = Self.newIncident()) {
    switch error {
    case let failure as MLflowFailure:
      status = failure.httpStatus
      body = ErrorWire.Body(code: failure.code.rawValue, message: failure.message, hint: nil)
      self.incident = nil
    case let error as any FactoryError:
      let word = Self.word(of: error)
      status = Self.status(of: word)
      body = ErrorWire.Body(code: word, message: error.message, hint: error.hint)
      self.incident = nil
    case is NIOTooManyBytesError:
      status = .contentTooLarge
      body = ErrorWire.Body(
        code: "body_too_large", message: "The request's body is larger than this route accepts.",
        hint: "Send less at once.")
      self.incident = nil
    case let error as HTTPError:
      status = error.status
      body = ErrorWire.Body(
        code: Self.word(of: error.status), message: error.body ?? error.status.reasonPhrase,
        hint: nil)
      self.incident = nil
    default:
      let number = incident()
      status = .internalServerError
      body = ErrorWire.Body(
        code: "internal_error", message: "The server could not do its work (incident \(number)).",
        hint: "The server's log says more about incident \(number).")
      self.incident = number
    }
  }

  private static func word(of error: some FactoryError) -> String { error.code.rawValue }

  private static func word(of status: HTTPResponse.Status) -> String {
    switch status {
    case .notFound: "not_found"
    case .methodNotAllowed: "method_not_allowed"
    case .contentTooLarge: "body_too_large"
    case .unauthorized: "unauthorized"
    default: "http_\(status.code)"
    }
  }

  /// The status of a code word; a word that is not listed is about the request: 400.
  static func status(of word: String) -> HTTPResponse.Status {
    switch word {
    case "unauthorized": .unauthorized
    case "forbidden_host", "forbidden_origin", "forbidden": .forbidden
    case "not_implemented": .notImplemented
    case "body_too_large": .contentTooLarge
    case "row_invalid", "rows_invalid", "column_missing", "column_unknown", "value_invalid":
      .unprocessableContent
    case "queue_full", "too_many_requests": .tooManyRequests
    case "unavailable", "no_replica", "replica_unavailable", "gateway_unavailable", "overloaded",
      "ledger_closed", "disk_full", "starting", "ledger_unwritable", "study_unavailable":
      .serviceUnavailable
    case "deploy_failed", "study_failed": .unprocessableContent
    case "ledger_unusable", "ledger_too_new", "commit_failed", "transaction_lost",
      "object_missing", "object_damaged", "file_unwritable", "manifest_invalid":
      .internalServerError
    case let word where word.hasSuffix("not_found"): .notFound
    case let word where word.hasSuffix("conflict") || word.hasPrefix("already_"): .conflict
    default: .badRequest
    }
  }

  /// Writes into the log what the answer keeps back.
  func log(_ error: any Error, route: String, _ logger: Logger) {
    guard let incident else { return }
    logger.error(
      "unexpected error",
      metadata: ["incident": "\(incident)", "error": "\(error)", "route": "\(route)"])
  }

  /// Eight characters that tie an answer to a line of the log.
  static func newIncident() -> String {
    let letters = Array("0123456789abcdefghjkmnpqrstvwxyz")
    return String((0..<8).map { _ in letters[Int.random(in: 0..<letters.count)] })
  }
}

extension ErrorTranslation {
  /// JSON, or a page where a browser asked for one.
  func response(to request: Request, context: FactoryContext) throws -> Response {
    let wantsPage =
      request.headers[.accept]?.contains("text/html") == true
      && !request.uri.path.hasPrefix("/api/")
    guard wantsPage else {
      return try WireResponse(ErrorWire(body), status: status)
        .response(from: request, context: context)
    }
    let hint: HTML = body.hint.map { "<p>\($0)</p>" } ?? ""
    var page = PageFrame.page(
      body.message,
      "<section><h1>\(body.message)</h1>\(hint)<p class=\"note\">\(body.code)</p></section>")
    page.status = status
    return page.response(from: request, context: context)
  }
}

/// Answers errors of all routes in the one shape.
struct ErrorMiddleware: RouterMiddleware {
  typealias Context = FactoryContext

  func handle(
    _ request: Request, context: FactoryContext,
    next: @concurrent (Request, FactoryContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch {
      let translation = ErrorTranslation(error)
      translation.log(error, route: request.uri.path, context.logger)
      if MLflowDialect.owns(request.uri.path) {
        return MLflowFailure(error, translation).response
      }
      var response = try translation.response(to: request, context: context)
      switch translation.status {
      case .unauthorized: response.headers[.wwwAuthenticate] = "Bearer realm=\"aifactory\""
      case .serviceUnavailable, .tooManyRequests: response.headers[.retryAfter] = "1"
      default: break
      }
      return response
    }
  }
}
