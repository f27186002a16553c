import MLflowProtocol
import Basics
import Compute
import Experimentation
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// One request of an MLflow client.
struct MLflowCall {
  let request: Request
  let context: FactoryContext

  /// The job whose token the caller has; nil for everybody else.
  var job: String? { context.caller?.work?.job }

  /// Unix time now.
  var nowMs: Int64 { systemTimeMs() }

  var project: String { context.project }

  /// The largest body of an ordinary request; artifacts are streamed and have no such limit.
  static let bodyLimit = 16 << 20

  /// The fields: of the query for GET, if it has one, else of the body.
  func fields() async throws -> MLflowFields { try await Self.fields(of: request) }

  /// The fields of a request.
  static func fields(of request: Request) async throws -> MLflowFields {
    let query = request.uri.query ?? ""
    if request.method == .get, !query.isEmpty || request.headers[.contentType] == nil {
      return fields(ofQuery: query)
    }
    return try await parsed(try await body(of: request)) { try fields(ofBody: $0) }
  }

  /// The fields of a body.
  static func fields(ofBody bytes: [UInt8]) throws -> MLflowFields {
    guard !bytes.isEmpty else { return MLflowFields(members: .object([])) }
    var value = try JSONValue(parsing: bytes, acceptsPythonNumbers: true)
    // Very old clients send JSON in a JSON string.
    if let text = value.stringValue {
      value = try JSONValue(parsing: Array(text.utf8), acceptsPythonNumbers: true)
    }
    guard case .object = value else {
      throw MLflowFailure(.badRequest, "The body must be a JSON object.")
    }
    return MLflowFields(members: value, source: bytes)
  }

  /// The body of a request that must be JSON.
  func body() async throws -> [UInt8] { try await Self.body(of: request) }

  static func body(of request: Request) async throws -> [UInt8] {
    let buffer = try await request.body.collect(upTo: bodyLimit)
    let type = request.headers[.contentType]?.lowercased() ?? ""
    if buffer.readableBytes == 0, type.isEmpty { return [] }
    guard type.hasPrefix("application/json") else {
      throw MLflowFailure(
        .invalidParameterValue,
        type.isEmpty
          ? "Bad Request. Content-Type header is missing."
          : "Bad Request. Content-Type must be one of ['application/json'].")
    }
    return Array(buffer.readableBytesView)
  }

  /// What `parse` makes of a body: a large one on a thread of its own, so that other requests go on.
  static func parsed<Value: Sendable>(
    _ bytes: [UInt8], _ parse: @escaping @Sendable ([UInt8]) throws -> Value
  ) async throws -> Value {
    bytes.count < 1 << 18 ? try parse(bytes) : try await offTask { try parse(bytes) }
  }

  static func fields(ofQuery query: String) -> MLflowFields {
    var members: [JSONMember] = []
    for pair in query.split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = decoded(halves[0])
      let value = JSONValue.string(halves.count > 1 ? decoded(halves[1]) : "")
      guard let index = members.firstIndex(where: { $0.key == name }) else {
        members.append(JSONMember(name, value))
        continue
      }
      members[index].value = .array(
        (members[index].value.arrayValue ?? [members[index].value]) + [value])
    }
    return MLflowFields(members: .object(members), isQuery: true)
  }

  private static func decoded(_ text: Substring) -> String {
    let plain = String(text.replacing("+", with: " "))
    return plain.removingPercentEncoding ?? plain
  }
}

/// An answer of JSON that was written by hand, without Foundation.
struct MLflowAnswer: ResponseGenerator, Sendable {
  let body: ByteBuffer
  private static let json: HTTPFields = [.contentType: "application/json"]

  /// `{}`: done, and nothing to tell.
  static let done = MLflowAnswer(body: ByteBuffer(string: "{}"))

  private init(body: ByteBuffer) { self.body = body }

  /// An object whose members `write` writes.
  init(_ write: (inout JSONWriter) throws -> Void) rethrows {
    var writer = JSONWriter(capacity: 1_024)
    writer.beginObject()
    try write(&writer)
    writer.endObject()
    body = ByteBuffer(bytes: writer.bytes)
  }

  /// An object that may be large: written on a thread of its own, so that other requests go on.
  ///
  /// - Parameter items: how many things it tells of; a few are written at once.
  static func large(
    items: Int = .max, _ write: @escaping @Sendable (inout JSONWriter) throws -> Void
  ) async throws -> MLflowAnswer {
    guard items > 500 else { return try MLflowAnswer(write) }
    return try await offTask { try MLflowAnswer(write) }
  }

  func response(from request: Request, context: some RequestContext) -> Response {
    Response(
      status: .ok, headers: Self.json, body: .init(byteBuffer: body))
  }
}
