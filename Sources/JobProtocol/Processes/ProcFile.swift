import Glibc

/// Small files of the kernel, read whole.
public enum ProcFile {
  /// The bytes of a file, at most `limit`; nil when it cannot be read.
  public static func bytes(_ path: String, limit: Int = 1 << 20) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var content: [UInt8] = []
    var size = 4096
    while content.count < limit {
      let chunk = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        count = max(0, read(file, buffer.baseAddress, size))
      }
      if chunk.isEmpty { break }
      if content.isEmpty && chunk.count < size { return chunk }
      content += chunk
      size = min(size * 4, 1 << 18)
    }
    return content
  }

  /// The text of a file without white space at its end.
  public static func text(_ path: String) -> String? {
    bytes(path).map { content in
      let end = content.lastIndex { $0 > 32 }.map { $0 + 1 } ?? 0
      return String(decoding: content[..<end], as: UTF8.self)
    }
  }

  /// Replaces the content of an existing file of the kernel; true when it was taken.
  public static func write(_ text: String, to path: String) -> Bool {
    let file = open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) } == bytes.count
  }

  /// The word that names this boot of the machine.
  public static func bootId() -> String { text("/proc/sys/kernel/random/boot_id") ?? "" }
}
