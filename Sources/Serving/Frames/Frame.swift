/// One message between the gateway and a replica, in either direction.
///
/// On the wire: the number of bytes that follow (`UInt32`), the request's number (`UInt64`), a code
/// (`UInt16`), then the payload; integers are little-endian. Frames follow each other without gaps,
/// requests and answers in any order, so that one read or write carries many of them.
public struct Frame: Sendable, Equatable {
  /// Chosen by who asks, unique on its connection while unanswered; the answer repeats it.
  public var id: UInt64
  /// What is asked (`FrameQuestion`), or the answer's HTTP status.
  public var code: UInt16
  /// JSON.
  public var payload: [UInt8]

  /// Joins the parts.
  public init(id: UInt64, code: UInt16, payload: [UInt8]) {
    self.id = id
    self.code = code
    self.payload = payload
  }

  /// The first frame to a replica on another node.
  public init(saying secret: String) {
    self.init(id: 0, code: FrameQuestion.secret.rawValue, payload: Array(secret.utf8))
  }

  /// Appends the frame's bytes.
  public func write(to bytes: inout [UInt8]) {
    FrameHeader(payloadBytes: payload.count, id: id, code: code).write(to: &bytes)
    bytes.append(contentsOf: payload)
  }
}

/// What a frame asks of a replica.
public enum FrameQuestion: UInt16, Sendable {
  /// Rows in our own shape; the answer is the one of `/endpoints/NAME/predict`.
  case predict = 1
  /// Rows in MLflow's scoring protocol; the answer is the one of `/endpoints/NAME/invocations`.
  case invocations = 2
  /// Whether the replica answers; says which model it serves.
  case health = 3
  /// A question to the coordinator of a study (`StudyCoordinator`).
  case study = 4
  /// What a replica on another node wants to hear first, as text; has no answer.
  case secret = 5
}

/// The fixed part of a frame.
public struct FrameHeader: Sendable, Equatable {
  /// Bytes of a header.
  public static let byteCount = 14
  /// The largest payload that either side accepts.
  public static let payloadLimit = 256 << 20

  /// Bytes of the payload.
  public var payloadBytes: Int
  /// The request's number.
  public var id: UInt64
  /// Question or status.
  public var code: UInt16

  /// Joins the parts.
  public init(payloadBytes: Int, id: UInt64, code: UInt16) {
    self.payloadBytes = payloadBytes
    self.id = id
    self.code = code
  }

  /// Reads a header from the first bytes; nil while there are fewer than `byteCount`.
  ///
  /// - Throws: `frame_invalid` for a length that no frame has.
  @inlinable
  public init?(_ bytes: UnsafeRawBufferPointer) throws(ServingError) {
    guard bytes.count >= Self.byteCount else { return nil }
    let length = Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
    payloadBytes = length - (Self.byteCount - 4)
    id = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
    code = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 12, as: UInt16.self))
    guard (0...Self.payloadLimit).contains(payloadBytes) else {
      throw ServingError(.frameInvalid, "A frame of \(length) bytes is not possible.")
    }
  }

  /// Appends the header's bytes.
  @inlinable
  public func write(to bytes: inout [UInt8]) {
    withUnsafeBytes(of: UInt32(payloadBytes + Self.byteCount - 4).littleEndian) {
      bytes.append(contentsOf: $0)
    }
    withUnsafeBytes(of: id.littleEndian) { bytes.append(contentsOf: $0) }
    withUnsafeBytes(of: code.littleEndian) { bytes.append(contentsOf: $0) }
  }
}

/// Cuts a stream of bytes into frames, wherever the reads split it.
public struct FrameDecoder: Sendable {
  private var bytes: [UInt8] = []
  private var start = 0

  /// Starts without bytes.
  public init() {}

  /// Takes bytes as they came.
  public mutating func append(_ new: UnsafeRawBufferPointer) {
    if start > 0, start == bytes.count || start > 1 << 16 {
      bytes.removeSubrange(..<start)
      start = 0
    }
    bytes.append(contentsOf: new)
  }

  /// The next whole frame, or nil until more bytes come.
  public mutating func next() throws(ServingError) -> Frame? {
    let header: FrameHeader?
    do throws(ServingError) {
      header = try Self.header(of: bytes, at: start)
    } catch {
      throw error
    }
    guard let header, bytes.count - start - FrameHeader.byteCount >= header.payloadBytes else {
      return nil
    }
    let payload = start + FrameHeader.byteCount
    let frame = Frame(
      id: header.id, code: header.code,
      payload: Array(bytes[payload..<payload + header.payloadBytes]))
    start = payload + header.payloadBytes
    return frame
  }

  private static func header(
    of bytes: [UInt8], at start: Int
  ) throws(ServingError) -> FrameHeader? {
    let result = bytes.withUnsafeBytes { buffer -> Result<FrameHeader?, ServingError> in
      do throws(ServingError) {
        return .success(try FrameHeader(UnsafeRawBufferPointer(rebasing: buffer[start...])))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
