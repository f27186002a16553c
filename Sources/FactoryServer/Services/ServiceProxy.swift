import API
import AsyncHTTPClient
import Basics
import Compute
import Foundation
import Glibc
import HTTPTypes
import Hummingbird
import JobProtocol
import NIOCore
import NIOHTTP1
import NIOPosix

/// Hands requests on to the jobs of services, and their answers back, both as they come.
struct ServiceProxy: Sendable {
  let services: Services

  /// Waits for nothing but the connection: a service may take its time for an answer.
  static let client: HTTPClient = {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: HTTPClient.Configuration.Timeout(connect: .seconds(5)))
    configuration.connectionPool.retryConnectionEstablishment = false
    // Servers close idle connections after some seconds, and not always when nobody writes to them.
    configuration.connectionPool.idleTimeout = .seconds(1)
    configuration.httpVersion = .http1Only
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  /// Asks a service over a way that was just found: nil where it answers, else words about what went wrong.
  static let probe: Services.Probe = { way, path, secret in
    do {
      var request = HTTPClientRequest(url: try url(of: way, path))
      request.headers.add(name: AttemptListening.secretHeader, value: secret)
      request.headers.add(name: "Host", value: host(of: way))
      _ = try await client.execute(request, timeout: .seconds(5))
      return nil
    } catch {
      return words(error)
    }
  }

  /// The service's answer, or why there is none.
  func answer(_ request: Request, to name: String, in project: String) async throws -> Response {
    let target = Self.target(of: request.uri.string, service: name)
    guard let target else {
      // Links that are relative need the slash.
      let query = request.uri.query.map { "?\($0)" } ?? ""
      return Response(
        status: .permanentRedirect, headers: [.location: "/services/\(name)/\(query)"])
    }
    // A service whose job goes away as it is asked may have another; what has a body is asked once.
    let upload = ServiceHeaders.hasBody(request) ? RequestUpload(request.body) : nil
    for isLast in upload == nil ? [false, true] : [true] {
      guard let call = services.call(name, in: project) else { break }
      do {
        return try await forward(request, target, name, call, upload)
      } catch let error as CancellationError {
        await upload?.close()
        throw error
      } catch {
        // One that was closed while nobody used it says nothing about the job.
        if isLast || Self.isRefusal(error) {
          await services.lost(call, because: Self.words(error))
        }
        guard isLast else { continue }
        let answer = try Self.unavailable(
          ["The service '\(name)' broke the connection: \(Self.words(error))."], afterSeconds: 1)
        return Self.closing(upload, after: answer)
      }
    }
    let status = try await services.status(name, in: project)
    let absence = await services.absence(status)
    return try Self.unavailable(absence.sentences, afterSeconds: absence.retryAfterSeconds)
  }

  private func forward(
    _ request: Request, _ target: String, _ name: String, _ call: ServiceCall,
    _ upload: RequestUpload?
  ) async throws -> Response {
    var asked = HTTPClientRequest(url: try Self.url(of: call.way, target))
    asked.method = HTTPMethod(rawValue: request.method.rawValue)
    asked.headers = ServiceHeaders.request(request, service: name, secret: call.secret)
    asked.headers.add(name: "Host", value: Self.host(of: call.way))
    if let upload {
      let length = request.headers[.contentLength].flatMap { Int64($0) }
      asked.body = .stream(
        upload, length: length.map { HTTPClientRequest.Body.Length.known($0) } ?? .unknown)
    }
    let answer = try await Self.client.execute(asked, deadline: .distantFuture)
    let length = answer.headers.first(name: "Content-Length").flatMap { Int($0) }
    let isEmpty = request.method == .head || length == 0
    let body = answer.body
    let response = Response(
      status: HTTPResponse.Status(
        code: Int(answer.status.code), reasonPhrase: answer.status.reasonPhrase),
      headers: ServiceHeaders.answer(answer.headers, service: name),
      body: isEmpty
        ? ResponseBody()
        : ResponseBody(contentLength: length) { writer in
          // The job counts as busy until its answer was handed over.
          defer { withExtendedLifetime(call) {} }
          for try await part in body { try await writer.write(part) }
          try await writer.finish(nil)
        })
    return Self.closing(upload, after: response)
  }

  /// The answer, after which nobody reads the request any more.
  private static func closing(_ upload: RequestUpload?, after answer: Response) -> Response {
    guard let upload else { return answer }
    var closing = answer
    let body = answer.body
    closing.body = ResponseBody(contentLength: body.contentLength) { writer in
      do {
        try await body.write(writer)
      } catch {
        await upload.close()
        throw error
      }
      await upload.close()
    }
    return closing
  }

  private static func unavailable(_ sentences: [String], afterSeconds: Int) throws -> Response {
    var answer = try WireResponse(
      ErrorWire(
        ErrorWire.Body(
          code: "service_unavailable", message: sentences.joined(separator: " "), hint: nil)),
      status: .serviceUnavailable
    ).response
    answer.headers[.retryAfter] = "\(afterSeconds)"
    return answer
  }

  /// What of a request's target the service is asked for, as it was written; nil where the slash behind
  /// the service's name is missing.
  static func target(of uri: String, service name: String) -> String? {
    let prefix = "/services/"
    guard uri.hasPrefix(prefix) else { return nil }
    let rest = uri.dropFirst(prefix.count)
    guard let slash = rest.firstIndex(where: { $0 == "/" || $0 == "?" }), rest[slash] == "/"
    else { return nil }
    return String(rest[slash...])
  }

  /// The `Host` by which a service is asked; servers refuse requests without one (RFC 9112, §3.2).
  static func host(of way: ServiceWay) -> String {
    switch way {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .socket: "localhost"
    }
  }

  private static func url(of way: ServiceWay, _ target: String) throws -> String {
    switch way {
    case .tcp(let host, let port):
      return "http://\(host.contains(":") ? "[\(host)]" : host):\(port)\(target)"
    case .socket(let path):
      guard let url = URL(httpURLWithSocketPath: path, uri: target) else {
        throw ServerError(.badRequest, "'\(target)' is no path.")
      }
      return url.absoluteString
    }
  }

  /// Whether nobody was there, so that nothing was asked.
  private static func isRefusal(_ error: any Error) -> Bool {
    switch error {
    case let error as HTTPClientError: error == .connectTimeout
    case let error as IOError: [ECONNREFUSED, ENOENT].contains(error.errnoCode)
    default: error is NIOConnectionError
    }
  }

  private static func words(_ error: any Error) -> String {
    switch error {
    case let error as HTTPClientError where error == .remoteConnectionClosed:
      "it closed the connection"
    case let error as HTTPClientError where error == .connectTimeout: "it does not answer"
    default: isRefusal(error) ? "nobody listens there" : "\(error)"
    }
  }
}
