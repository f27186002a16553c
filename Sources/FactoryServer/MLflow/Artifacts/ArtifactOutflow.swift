import MLflowProtocol
import Basics
import Experimentation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Hands a file out, whole or in part, piece by piece: while one is sent, the next is read.
struct ArtifactOutflow {
  /// How much is read at once.
  private static let blockBytes: Int64 = 1 << 18

  let objects: ObjectStore

  /// The answer to a request for a file.
  func response(_ file: ArtifactFile, to request: Request) async throws -> Response {
    let objects = objects
    let reader: ObjectReader
    do {
      reader = try await offTask { try objects.reader(file.sha256) }
    } catch let error as BasicsError where error.code == .objectMissing {
      throw MLflowFailure(.internalError, "The bytes of the artifact '\(file.path)' are missing.")
    }
    let name = file.path.split(separator: "/").last.map(String.init) ?? "artifact"
    var headers = MLflowMediaType.headers(forFile: name)
    let tag = "\"\(file.sha256)\""
    headers[.acceptRanges] = "bytes"
    headers[.eTag] = tag
    if request.headers[.ifNoneMatch]?.contains(tag) == true {
      return Response(status: .notModified, headers: headers)
    }
    // A part only of the file that the client has begun with.
    let isSame = request.headers[.ifRange].map { $0 == tag } ?? true
    switch ByteRange(isSame ? request.headers[.range] : nil, size: file.bytes) {
    case .whole:
      return Response(
        status: .ok, headers: headers, body: Self.body(reader, 0..<file.bytes))
    case .part(let range):
      headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.bytes)"
      return Response(
        status: .partialContent, headers: headers, body: Self.body(reader, range))
    case .unsatisfiable:
      headers[.contentRange] = "bytes */\(file.bytes)"
      return Response(status: .rangeNotSatisfiable, headers: headers)
    }
  }

  private static func body(_ reader: ObjectReader, _ range: Range<Int64>) -> ResponseBody {
    ResponseBody(contentLength: Int(range.upperBound - range.lowerBound)) { writer in
      let sent = SentBlock()
      var position = range.lowerBound
      var block = try await read(reader, position..<range.upperBound, into: sent)
      while block.readableBytes > 0 {
        position += Int64(block.readableBytes)
        let rest = position..<range.upperBound
        async let next = read(reader, rest, into: sent)
        try await writer.write(block)
        sent.put(block)
        block = try await next
      }
      try await writer.finish(nil)
    }
  }

  private static func read(
    _ reader: ObjectReader, _ range: Range<Int64>, into sent: SentBlock
  ) async throws -> ByteBuffer {
    let size = Int(min(blockBytes, range.upperBound - range.lowerBound))
    guard size > 0 else { return ByteBuffer() }
    return try await offTask {
      var buffer = sent.take()
      buffer.clear(minimumCapacity: size)
      try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { bytes in
        try reader.read(
          into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<size]), at: range.lowerBound)
      }
      return buffer
    }
  }
}

/// A block that was sent, for its memory.
///
/// New memory is cleared by the kernel first, which takes half as long as reading into it. Where the
/// channel has the block still, writing into it takes new memory.
private final class SentBlock: Sendable {
  private let block = Mutex(ByteBuffer())

  func put(_ buffer: ByteBuffer) { block.withLock { $0 = buffer } }

  func take() -> ByteBuffer {
    block.withLock { kept in
      defer { kept = ByteBuffer() }
      return kept
    }
  }
}
