import CLinux

/// The SHA-256 of bytes that come piece by piece, where no library of cryptography is linked.
public struct FileDigest: ~Copyable {
  private var state = factory_sha256()

  /// Starts without bytes.
  public init() { factory_sha256_begin(&state) }

  /// Adds bytes.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    factory_sha256_add(&state, start, bytes.count)
  }

  /// The 64 hexadecimal digits of what was added.
  public consuming func finish() -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 65) { digits in
      guard let start = digits.baseAddress else { return "" }
      factory_sha256_end(&state, start)
      return String(cString: start)
    }
  }
}
