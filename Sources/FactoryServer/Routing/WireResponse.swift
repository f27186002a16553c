import API
import Basics
import Foundation
public import HTTPTypes
public import Hummingbird

/// An answer of JSON with the product's settings.
public struct WireResponse: ResponseGenerator, Sendable {
  private let status: HTTPResponse.Status
  private let bytes: [UInt8]

  /// Encodes at once, so that a value that cannot be encoded is the handler's error.
  public init(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws {
    self.status = status
    bytes = try WireCoding.encode(value)
  }

  /// Makes the HTTP response.
  public func response(from request: Request, context: some RequestContext) -> Response { response }

  /// The HTTP response.
  var response: Response {
    Response(
      status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
      body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}

extension Request {
  /// Reads the body as one wire value.
  ///
  /// - Parameter limit: bytes; a longer body is answered with 413.
  public func wire<Wire: Decodable>(
    _ type: Wire.Type = Wire.self, limit: Int = 4 << 20
  ) async throws -> Wire {
    let bytes = Array(try await body.collect(upTo: limit).readableBytesView)
    do {
      let value = try WireCoding.decode(type, from: bytes)
      if let type = type as? any DescribedWire.Type, type.isClosed {
        try Self.refuseOtherKeys(bytes, type)
      }
      return value
    } catch let error as DecodingError {
      throw ServerError(
        .badRequest, "The body is not what this route expects: \(error.wireDescription)")
    }
  }

  private static func refuseOtherKeys(
    _ body: [UInt8], _ type: any DescribedWire.Type
  ) throws {
    let known = type.fields.list.map(\.name)
    let other = try JSONValue(parsing: body).objectValue?.first { !known.contains($0.key) }
    guard let key = other?.key else { return }
    throw ServerError(
      .badRequest,
      "The body is not what this route expects: there is no '\(visible(String(key.prefix(100))))'.",
      hint: nearestWord(to: key, among: known).map { "Did you mean '\($0)'?" }
        ?? "It may have " + known.joined(separator: ", ") + ".")
  }

  /// A value of the query, such as `limit` of `?limit=20`; nil when absent or empty.
  ///
  /// It is decoded once, with `+` as a blank; Hummingbird's `queryParameters` are decoded already,
  /// but for `+`. What is no encoding stays as it was sent.
  public func query(_ name: String) -> String? {
    for pair in (uri.query ?? "").split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard halves.count == 2, halves[0] == name else { continue }
      let text = String(halves[1].replacing("+", with: " "))
      return text.isEmpty ? nil : text.removingPercentEncoding ?? text
    }
    return nil
  }

  /// A whole number of the query.
  ///
  /// - Throws: `bad_request` when the value is no number in `range`.
  public func query(_ name: String, default value: Int, in range: ClosedRange<Int>) throws -> Int {
    guard let text = query(name) else { return value }
    guard let number = Int(text), range.contains(number) else {
      throw ServerError(
        .badRequest,
        "'\(name)' is '\(text)'; expected a whole number from \(range.lowerBound) to \(range.upperBound)."
      )
    }
    return number
  }
}

extension DecodingError {
  /// Where and what, in words of JSON instead of Swift's.
  var wireDescription: String {
    switch self {
    case .keyNotFound(let key, let context):
      return "'\(Self.path(context.codingPath + [key]))' is missing."
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      let path = Self.path(context.codingPath)
      return (path.isEmpty ? "" : "'\(path)': ") + context.debugDescription
    @unknown default:
      return "it cannot be read."
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
  }
}
