import Glibc

/// What this machine knows of one of its users (getpwnam(3)).
struct SystemAccount: Sendable, Equatable {
  let home: String
  let shell: String

  /// Nil where there is no such user.
  init?(_ name: String) {
    var buffer = [CChar](repeating: 0, count: 16_384)
    // The texts lie in the buffer.
    let texts = buffer.withUnsafeMutableBufferPointer { bytes -> (home: String, shell: String)? in
      var entry = passwd()
      var found: UnsafeMutablePointer<passwd>?
      guard let start = bytes.baseAddress,
        getpwnam_r(name, &entry, start, bytes.count, &found) == 0, found != nil
      else { return nil }
      return (String(cString: entry.pw_dir), String(cString: entry.pw_shell))
    }
    guard let texts else { return nil }
    (home, shell) = texts
  }
}
