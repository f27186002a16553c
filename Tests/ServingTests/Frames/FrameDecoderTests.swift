import Testing

@testable import Serving

struct FrameDecoderTests {
  private let frames = [
    Frame(id: 1, code: 1, payload: Array("{}".utf8)),
    Frame(id: .max, code: 422, payload: []),
    Frame(id: 7, code: 200, payload: (0..<300).map { UInt8(truncatingIfNeeded: $0) }),
  ]

  private var bytes: [UInt8] {
    frames.reduce(into: []) { bytes, frame in frame.write(to: &bytes) }
  }

  @Test func `frames come out whole wherever the bytes are split`() throws {
    for split in 0...bytes.count {
      var decoder = FrameDecoder()
      var decoded: [Frame] = []
      for part in [bytes[..<split], bytes[split...]] {
        part.withUnsafeBytes { decoder.append($0) }
        while let frame = try decoder.next() { decoded.append(frame) }
      }
      #expect(decoded == frames, "split at \(split)")
    }
  }

  @Test func `frames come out of single bytes`() throws {
    var decoder = FrameDecoder()
    var decoded: [Frame] = []
    for byte in bytes {
      withUnsafeBytes(of: byte) { decoder.append($0) }
      while let frame = try decoder.next() { decoded.append(frame) }
    }
    #expect(decoded == frames)
  }

  @Test(arguments: [UInt32(0), 9, .max])
  func `a length that no frame has is an error`(length: UInt32) {
    var decoder = FrameDecoder()
    withUnsafeBytes(of: length.littleEndian) { decoder.append($0) }
    [UInt8](repeating: 0, count: 20).withUnsafeBytes { decoder.append($0) }
    #expect(throws: ServingError.self) { try decoder.next() }
  }
}
