/// Reads an uncompressed tar archive of plain files from its beginning to its end.
struct TarReader: ~Copyable {
  private let file: OpenFile
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4_096)
  /// Bytes of the current file that were not read yet.
  private var rest: Int64 = 0
  private var padding = 0

  init(_ path: String) throws(BasicsError) { file = try OpenFile(path, for: .reading) }

  deinit { buffer.deallocate() }

  /// The next file, or nil at the end of a whole archive.
  mutating func next() throws(BasicsError) -> TarHeader? {
    while try chunk() != nil {}
    try skip(padding)
    guard let header = try TarHeader(exactly(TarHeader.blockBytes)) else { return nil }
    rest = header.bytes
    padding = TarHeader.padding(after: header.bytes)
    return header
  }

  /// The next bytes of the current file, nil after its last; valid until the next call.
  mutating func chunk() throws(BasicsError) -> UnsafeRawBufferPointer? {
    guard rest > 0 else { return nil }
    let wanted = UnsafeMutableRawBufferPointer(
      rebasing: buffer[..<Int(min(rest, Int64(buffer.count)))])
    let count = try file.read(into: wanted)
    guard count > 0 else { throw TarHeader.damaged("it ends too early") }
    rest -= Int64(count)
    return UnsafeRawBufferPointer(rebasing: wanted[..<count])
  }

  /// The whole content of the current file.
  mutating func content(limit: Int64) throws(BasicsError) -> [UInt8] {
    guard rest <= limit else { throw TarHeader.damaged("its description is too long") }
    var bytes: [UInt8] = []
    while let chunk = try chunk() { bytes.append(contentsOf: chunk) }
    return bytes
  }

  private mutating func exactly(_ count: Int) throws(BasicsError) -> [UInt8] {
    rest = Int64(count)
    var bytes: [UInt8] = []
    while let chunk = try chunk() { bytes.append(contentsOf: chunk) }
    return bytes
  }

  private mutating func skip(_ count: Int) throws(BasicsError) { _ = try exactly(count) }
}
