import Crypto

/// The SHA-256 of some bytes: the name under which the object store keeps them.
public struct ObjectDigest: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// 64 lower-case hexadecimal digits.
  public let hex: String

  /// Takes a digest that was made before; nil unless it has 64 lower-case hexadecimal digits.
  public init?(hex: String) {
    guard hex.utf8.count == 64,
      hex.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    self.hex = hex
  }

  /// Hashes `bytes`.
  public init(of bytes: some Sequence<UInt8>) {
    var hasher = ObjectHasher()
    let isContiguous: Void? = bytes.withContiguousStorageIfAvailable {
      hasher.update(UnsafeRawBufferPointer($0))
    }
    if isContiguous == nil { Array(bytes).withUnsafeBytes { hasher.update($0) } }
    self = hasher.finalize()
  }

  /// Hashes the UTF-8 of `text`.
  public init(of text: String) { self.init(of: text.utf8) }

  /// Hashes the file at `path`; blocks.
  public init(ofFile path: String) throws(BasicsError) {
    self = try ObjectStore.hash(OpenFile(path, for: .reading))
  }

  fileprivate init(unchecked hex: String) { self.hex = hex }

  /// Orders by the hexadecimal digits.
  public static func < (left: ObjectDigest, right: ObjectDigest) -> Bool { left.hex < right.hex }

  /// The hexadecimal digits.
  public var description: String { hex }
}

extension ObjectDigest: Codable {
  /// Decodes the hexadecimal digits.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let digest = ObjectDigest(hex: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected 64 lower-case hexadecimal digits")
    }
    self = digest
  }

  /// Encodes the hexadecimal digits.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }
}

/// Hashes bytes piece by piece.
public struct ObjectHasher {
  private var state = SHA256()

  /// Starts with no bytes.
  public init() {}

  /// Adds bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    state.update(bufferPointer: bytes)
  }

  /// Adds bytes.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { state.update(bufferPointer: $0) }
  }

  /// The digest of all that was added.
  public func finalize() -> ObjectDigest {
    let digits = Array("0123456789abcdef".utf8)
    var hex: [UInt8] = []
    hex.reserveCapacity(64)
    for byte in state.finalize() {
      hex.append(digits[Int(byte >> 4)])
      hex.append(digits[Int(byte & 15)])
    }
    return ObjectDigest(unchecked: String(decoding: hex, as: UTF8.self))
  }
}
