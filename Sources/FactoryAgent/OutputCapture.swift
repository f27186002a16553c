import Glibc

/// One captured output of all tasks: a file with a bound.
struct OutputCapture: ~Copyable {
  private let file: Int32
  private let limit: Int64
  /// Bytes in the file.
  private(set) var keptBytes: Int64 = 0
  /// Bytes beyond the bound, or for which the disk had no room.
  private(set) var droppedBytes: Int64 = 0

  init(path: String, limit: Int64) {
    file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    self.limit = max(0, limit)
  }

  deinit { if file >= 0 { close(file) } }

  mutating func take(_ bytes: UnsafeRawBufferPointer) {
    let wanted = Int(min(Int64(bytes.count), limit - keptBytes))
    var written = 0
    while written < wanted {
      let count = write(file, bytes.baseAddress.map { $0 + written }, wanted - written)
      if count > 0 {
        written += count
      } else if count == 0 || errno != EINTR {
        break
      }
    }
    keptBytes += Int64(written)
    droppedBytes += Int64(bytes.count - written)
  }
}

/// Holds back a task's unfinished line, so that lines of several tasks never mix.
struct LineBuffer {
  static let maximumBytes = 64 << 10
  private var unfinished: [UInt8] = []

  /// Takes bytes and hands on those that end with a line.
  mutating func take(_ bytes: UnsafeRawBufferPointer, _ handOn: (UnsafeRawBufferPointer) -> Void) {
    let newline = UInt8(ascii: "\n")
    guard let last = bytes.lastIndex(of: newline) else {
      unfinished.append(contentsOf: bytes)
      if unfinished.count > Self.maximumBytes { finish(handOn) }
      return
    }
    finish(handOn)
    handOn(UnsafeRawBufferPointer(rebasing: bytes[...last]))
    unfinished.append(contentsOf: bytes[(last + 1)...])
  }

  /// Hands on what is left.
  mutating func finish(_ handOn: (UnsafeRawBufferPointer) -> Void) {
    guard !unfinished.isEmpty else { return }
    unfinished.withUnsafeBytes(handOn)
    unfinished.removeAll(keepingCapacity: true)
  }
}
