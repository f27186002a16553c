import AsyncHTTPClient
import Foundation
import Glibc
import NIOCore
import NIOHTTP1

/// Speaks to a running server over HTTP; one value serves a whole command.
public struct FactoryClient: Sendable {
  /// An answer with its bytes unread.
  public struct Answer: Sendable {
    /// HTTP status.
    public var status: Int
    /// The `Content-Type` header.
    public var contentType: String?
    /// The bytes of the answer.
    public var body: [UInt8]
  }

  /// Where the server listens, such as `http://127.0.0.1:8420`.
  public let url: String
  private let token: String?
  private let timeout: TimeAmount

  /// - Parameters:
  ///   - url: the server's address without a slash at the end.
  ///   - token: sent as `Authorization: Bearer`.
  ///   - timeoutSeconds: the longest a single request may take.
  public init(url: String, token: String?, timeoutSeconds: Int64 = 120) {
    self.url = url
    self.token = token
    timeout = .seconds(timeoutSeconds)
  }

  /// The same server, with another longest time of a request.
  public func waiting(seconds: Int64) -> FactoryClient {
    FactoryClient(url: url, token: token, timeoutSeconds: seconds)
  }

  /// Reads one wire value.
  public func get<Wire: Decodable>(
    _ path: String, query: [(String, String)] = [], as type: Wire.Type = Wire.self
  ) async throws -> Wire {
    try decoded(await send("GET", path, query: query))
  }

  /// Sends one wire value and reads another.
  public func post<Wire: Decodable>(
    _ path: String, _ body: (some Encodable)? = Nothing?.none, query: [(String, String)] = [],
    as type: Wire.Type = Wire.self
  ) async throws -> Wire {
    try decoded(
      await send("POST", path, query: query, body: body.map { try WireCoding.encode($0) }))
  }

  /// Sends one wire value in place of what lies at `path`, and reads the answer.
  public func put<Wire: Decodable>(
    _ path: String, _ body: some Encodable, as type: Wire.Type = Wire.self
  ) async throws -> Wire {
    try decoded(await send("PUT", path, body: try WireCoding.encode(body)))
  }

  /// Deletes what lies at `path` and reads the answer.
  public func delete<Wire: Decodable>(
    _ path: String, query: [(String, String)] = [], as type: Wire.Type = Wire.self
  ) async throws -> Wire {
    try decoded(await send("DELETE", path, query: query))
  }

  /// Sends any request and returns the answer's bytes.
  ///
  /// - Throws: `APIError` when nothing answers or the status is 400 or more.
  public func send(
    _ method: String, _ path: String, query: [(String, String)] = [], body: [UInt8]? = nil,
    contentType: String = "application/json", answerLimit: Int = 256 << 20
  ) async throws -> Answer {
    try Self.checkParts(of: path)
    var request = HTTPClientRequest(url: url + path + Self.queryText(query))
    request.method = HTTPMethod(rawValue: method)
    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    request.headers.add(name: "Accept", value: "application/json")
    if let body {
      request.headers.add(name: "Content-Type", value: contentType)
      request.body = .bytes(ByteBuffer(bytes: body))
    }
    let answer: Answer
    do {
      let response = try await LocalHTTP.client.execute(request, timeout: timeout)
      let bytes = try await response.body.collect(upTo: answerLimit)
      answer = Answer(
        status: Int(response.status.code),
        contentType: response.headers.first(name: "Content-Type"),
        body: Array(bytes.readableBytesView))
    } catch let error as CancellationError {
      throw error
    } catch {
      throw APIError(
        code: .serverUnreachable, message: "No answer from \(url): \(error)",
        hint: "Start the server with 'aifactory serve', or name another home with --home.")
    }
    guard answer.status < 400 else { throw Self.error(from: answer) }
    return answer
  }

  /// Longest that a download may take.
  private static let downloadTimeout = TimeAmount.hours(12)

  /// Writes what lies at `path` to a file, piece by piece; the file appears when it is whole.
  ///
  /// - Throws: `APIError` when nothing answers or the status is 400 or more.
  public func download(_ path: String, to file: String) async throws {
    try Self.checkParts(of: path)
    var request = HTTPClientRequest(url: url + path)
    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    let response: HTTPClientResponse
    do {
      response = try await LocalHTTP.client.execute(request, timeout: Self.downloadTimeout)
    } catch let error as CancellationError {
      throw error
    } catch {
      throw APIError(code: .serverUnreachable, message: "No answer from \(url): \(error)")
    }
    guard response.status.code < 400 else {
      throw Self.error(
        from: Answer(
          status: Int(response.status.code), contentType: nil,
          body: Array(try await response.body.collect(upTo: 1 << 20).readableBytesView)))
    }
    let part = file + ".part"
    do {
      try Data().write(to: URL(fileURLWithPath: part))
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: part))
      for try await piece in response.body {
        try handle.write(contentsOf: Data(piece.readableBytesView))
      }
      try handle.close()
      guard rename(part, file) == 0 else { throw CocoaError(.fileWriteUnknown) }
    } catch {
      // What is left of it is of no use; the error that follows says why.
      try? FileManager.default.removeItem(atPath: part)
      if error is CancellationError { throw error }
      throw APIError(
        code: .answerNotUnderstood, message: "\(file) could not be written: \(error)",
        hint: "Is there space in its folder, and may you write there?")
    }
  }

  /// Sends a file, piece by piece.
  ///
  /// - Throws: `APIError` when nothing answers or the status is 400 or more.
  public func upload(_ file: String, bytes: Int64, to path: String) async throws {
    try Self.checkParts(of: path)
    var request = HTTPClientRequest(url: url + path)
    request.method = .PUT
    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
    let pieces = AsyncThrowingStream<ByteBuffer, any Error> {
      try handle.read(upToCount: 1 << 20).flatMap { $0.isEmpty ? nil : ByteBuffer(bytes: $0) }
    }
    request.body = .stream(pieces, length: .known(bytes))
    let answer: Answer
    do {
      let response = try await LocalHTTP.client.execute(request, timeout: Self.downloadTimeout)
      answer = Answer(
        status: Int(response.status.code), contentType: nil,
        body: Array(try await response.body.collect(upTo: 1 << 20).readableBytesView))
    } catch let error as CancellationError {
      throw error
    } catch {
      throw APIError(code: .serverUnreachable, message: "No answer from \(url): \(error)")
    }
    guard answer.status < 400 else { throw Self.error(from: answer) }
  }

  private func decoded<Wire: Decodable>(_ answer: Answer) throws -> Wire {
    do {
      return try WireCoding.decode(Wire.self, from: answer.body)
    } catch {
      throw APIError(
        code: .answerNotUnderstood,
        message: "The server's answer is not a \(Wire.self): \(error)",
        hint: "Server and program may differ in version: stop the server with 'aifactory stop'.")
    }
  }

  static func error(from answer: Answer) -> APIError {
    // A proxy between us may answer with anything; then the status is all there is.
    if let wire = try? WireCoding.decode(ErrorWire.self, from: answer.body) {
      return APIError(
        code: APIError.Code(rawValue: wire.error.code), message: wire.error.message,
        hint: wire.error.hint, status: answer.status, details: wire.error.details ?? [:])
    }
    return APIError(
      code: .answerNotUnderstood, message: "The server answered with HTTP status \(answer.status).",
      status: answer.status)
  }

  /// An empty identifier would make the path of one thing that of all.
  private static func checkParts(of path: String) throws(APIError) {
    let parts = path.prefix { $0 != "?" }.split(separator: "/", omittingEmptySubsequences: false)
    guard path == "/" || !parts.dropFirst().contains("") else {
      throw APIError(
        code: .identifierEmpty, message: "A name or an identifier is empty.",
        hint: "Is a variable of the shell unset?")
    }
  }

  static func queryText(_ query: [(String, String)]) -> String {
    guard !query.isEmpty else { return "" }
    return "?" + query.map { "\(escaped($0))=\(escaped($1))" }.joined(separator: "&")
  }

  /// Percent-encodes one part of a path or query.
  public static func escaped(_ text: String) -> String {
    let unreserved = CharacterSet(
      charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
  }
}

/// A wire value without content: the body of requests that need none, and of answers that say nothing.
public struct Nothing: Codable, Sendable {
  /// Joins the parts.
  public init() {}
}
