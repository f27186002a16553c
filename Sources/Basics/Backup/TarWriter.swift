/// Writes an uncompressed tar archive, one file after another, hashing each on the way.
struct TarWriter: ~Copyable {
  private let file: OpenFile
  private let modifiedAt: Int64
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4_096)
  private(set) var byteCount: Int64 = 0

  init(_ path: String, modifiedAt: Int64) throws(BasicsError) {
    file = try OpenFile(path, for: .creating, mode: 0o600)
    self.modifiedAt = modifiedAt
  }

  deinit { buffer.deallocate() }

  /// Adds the first bytes of a file, as many as it has now; it may grow meanwhile.
  mutating func add(
    _ source: borrowing OpenFile, as name: String
  ) throws(BasicsError) -> (digest: ObjectDigest, bytes: Int64) {
    let bytes = try source.status().bytes
    try begin(name, bytes)
    var hasher = ObjectHasher()
    var rest = bytes
    while rest > 0 {
      let wanted = UnsafeMutableRawBufferPointer(
        rebasing: buffer[..<Int(min(rest, Int64(buffer.count)))])
      let count = try source.read(into: wanted)
      guard count > 0 else {
        throw BasicsError(
          .fileChanged, "\(source.path) became shorter while it was read", hint: "try again")
      }
      let chunk = UnsafeRawBufferPointer(rebasing: wanted[..<count])
      hasher.update(chunk)
      try file.write(chunk)
      rest -= Int64(count)
    }
    try end(bytes)
    return (hasher.finalize(), bytes)
  }

  /// Adds a file with the given content.
  mutating func add(_ content: [UInt8], as name: String) throws(BasicsError) {
    try begin(name, Int64(content.count))
    try file.write(content)
    try end(Int64(content.count))
  }

  /// Ends the archive; returns when it is on disk.
  mutating func finish() throws(BasicsError) {
    try file.write([UInt8](repeating: 0, count: 2 * TarHeader.blockBytes))
    byteCount += Int64(2 * TarHeader.blockBytes)
    try file.synchronize()
  }

  private mutating func begin(_ name: String, _ bytes: Int64) throws(BasicsError) {
    guard name.utf8.count <= 100 else {
      throw BasicsError(.nameInvalid, "the name \(visible(name)) is too long for an archive")
    }
    try file.write(TarHeader(name: name, bytes: bytes, modifiedAt: modifiedAt).encoded())
  }

  private mutating func end(_ bytes: Int64) throws(BasicsError) {
    let padding = TarHeader.padding(after: bytes)
    if padding > 0 { try file.write([UInt8](repeating: 0, count: padding)) }
    byteCount += Int64(TarHeader.blockBytes) + bytes + Int64(padding)
  }
}
