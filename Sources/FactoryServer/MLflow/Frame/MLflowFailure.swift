import MLflowProtocol
import API
import Basics
import Experimentation
import HTTPTypes
import Hummingbird
import NIOCore

extension MLflowFailure {
  /// Says an error of any part in MLflow's words; `translation` is what we would say in ours.
  init(_ error: any Error, _ translation: ErrorTranslation) {
    let hint = translation.body.hint.map { " " + $0 } ?? ""
    switch error {
    case let failure as MLflowFailure: self = failure
    case let error as ExperimentationError:
      self.init(Self.code(of: error.code), error.message + hint)
    case let error as JSONError:
      self.init(.badRequest, "The body is no JSON object: \(error.message)")
    case is NIOTooManyBytesError:
      self.init(.invalidParameterValue, translation.body.message + hint)
    case let error as HTTPError where error.status == .notFound:
      self.init(
        .endpointNotFound,
        "The factory does not serve this endpoint of MLflow's; docs/mlflow.md lists those it does.")
    case let error as LedgerError:
      self.init(Self.code(of: translation.status), error.message + hint)
      retryAfterSeconds = error.retryAfterSeconds
    default: self.init(Self.code(of: translation.status), translation.body.message + hint)
    }
  }

  private static func code(of code: ExperimentationError.Code) -> Code {
    switch code {
    case .experimentNotFound, .runNotFound, .modelNotFound, .modelVersionNotFound, .tagNotFound,
      .loggedModelNotFound, .artifactNotFound, .traceNotFound, .assessmentNotFound,
      .evaluationDatasetNotFound:
      .doesNotExist
    case .experimentAlreadyExists, .modelAlreadyExists: .alreadyExists
    case .runNotActive, .parameterConflict, .aliasNotFound, .invalidValue, .evaluationImpossible,
      .gateInvalid, .importImpossible:
      .invalidParameterValue
    }
  }

  private static func code(of status: HTTPResponse.Status) -> Code {
    switch status.code {
    case 401: .unauthenticated
    case 403: .permissionDenied
    case 404: .doesNotExist
    case 409: .conflict
    case 429: .limitExceeded
    case 501: .notImplemented
    case 503: .unavailable
    case 400..<500: .invalidParameterValue
    default: .internalError
    }
  }

  /// The status of HTTP that goes with its code.
  var httpStatus: HTTPResponse.Status { HTTPResponse.Status(code: code.status) }

  /// The answer that tells it.
  var response: Response {
    var headers: HTTPFields = [.contentType: "application/json"]
    if let seconds = retryAfter { headers[.retryAfter] = "\(seconds)" }
    if code == .unauthenticated { headers[.wwwAuthenticate] = "Basic realm=\"aifactory\"" }
    return Response(
      status: httpStatus, headers: headers,
      body: .init(byteBuffer: ByteBuffer(bytes: body)))
  }
}

/// Which paths are spoken to in MLflow's words.
enum MLflowDialect {
  static func owns(_ path: String) -> Bool {
    // The router passes over empty parts, and so do we.
    let path = "/" + path.drop { $0 == "/" }
    return path.hasPrefix("/api/2.0/") || path.hasPrefix("/api/3.0/")
      || path.hasPrefix("/ajax-api/")
      || path.hasPrefix("/api/2.0mlflow/") || path == "/graphql"
      || path.hasPrefix("/gateway/")
      || path == "/get-artifact" || path == "/model-versions/get-artifact"
      || path == "/v1/traces"
  }
}
