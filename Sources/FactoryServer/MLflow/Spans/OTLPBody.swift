import MLflowProtocol
import Basics
import Experimentation
import HTTPTypes
import Hummingbird
import NIOCore

/// The body of an OTLP request: Protocol Buffers or JSON, perhaps compressed.
struct OTLPBody {
  /// The most that arrives, and the most that it may become: spans carry what people asked and
  /// were answered, documents included.
  static let limit = 64 << 20

  /// How the spans are written; the answer is written the same way.
  enum Encoding: String {
    case protobuf = "application/x-protobuf"
    case json = "application/json"

    init(type: String) throws(MLflowFailure) {
      let media = type.split(separator: ";").first.map { $0.lowercased() } ?? ""
      guard let known = Self(rawValue: media.filter { $0 != " " }) else {
        throw MLflowFailure(
          .badRequest,
          "Invalid Content-Type: \(type.prefix(100)). "
            + "Expected: application/x-protobuf or application/json")
      }
      self = known
    }
  }

  let encoding: Encoding
  private let compression: String
  private let bytes: [UInt8]

  /// Takes a body that is there.
  ///
  /// - Parameters:
  ///   - type: what `Content-Type` says.
  ///   - compression: what `Content-Encoding` says; empty where it says nothing.
  init(type: String, compression: String, bytes: [UInt8]) throws {
    encoding = try Encoding(type: type)
    self.compression = compression.lowercased()
    self.bytes = bytes
  }

  /// Takes the body in, as it arrives.
  init(_ request: Request) async throws {
    encoding = try Encoding(type: request.headers[.contentType] ?? "")
    compression = request.headers[.contentEncoding]?.lowercased() ?? ""
    bytes = Array(try await request.body.collect(upTo: Self.limit).readableBytesView)
  }

  /// What it brings; takes time for a large body, so not on a thread of tasks.
  func arrivals() throws -> [TraceArrival] {
    let plain: [UInt8]
    do throws(InflateError) {
      plain =
        switch compression {
        case "", "identity": bytes
        case "gzip": try Inflater.gunzip(bytes, limit: Self.limit)
        case "deflate": try Inflater.inflate(bytes, limit: Self.limit)
        default: throw InflateError.malformed
        }
    } catch .malformed {
      throw MLflowFailure(
        .badRequest,
        "The body cannot be read with the Content-Encoding '\(compression.prefix(100))'; "
          + "gzip and deflate can.")
    } catch .tooLarge {
      throw MLflowFailure(
        .badRequest, "Uncompressed, the body has more than \(Self.limit >> 20) MiB.")
    }
    do {
      let sources =
        switch encoding {
        case .protobuf: try OTLPDecoder.resourceSpans(of: plain)
        case .json: try OTLPJSON.resourceSpans(of: plain)
        }
      return try SpanIntake.arrivals(of: sources)
    } catch let error as ProtobufError {
      throw MLflowFailure(.badRequest, "Invalid OpenTelemetry format: \(error.message)")
    }
  }
}
