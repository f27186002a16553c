/// An object that is read, from any place and by several threads at once.
public final class ObjectReader: Sendable {
  private let file: OpenFile
  /// Size in bytes.
  public let byteCount: Int64

  init(_ file: consuming OpenFile) throws(BasicsError) {
    byteCount = try file.status().bytes
    self.file = file
  }

  /// Reads up to `buffer.count` bytes from a place of the object; 0 is its end.
  public func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(BasicsError) -> Int {
    try file.read(into: buffer, at: offset)
  }
}

extension ObjectStore {
  /// Opens an object for reading from any place.
  ///
  /// - Throws: `object_missing`.
  public func reader(_ digest: ObjectDigest) throws(BasicsError) -> ObjectReader {
    try ObjectReader(open(digest))
  }
}
