import Glibc

/// One captured output of all tasks: a file with a bound, whose end waits in memory while the disk has no room.
struct OutputCapture: ~Copyable {
  /// Bytes that wait at most; more is dropped.
  static let maximumWaitingBytes = 4 << 20

  private let path: String
  private var file: Int32 = -1
  private let limit: Int64
  private var waiting: [UInt8] = []
  /// Bytes in the file.
  private(set) var keptBytes: Int64 = 0
  /// Bytes beyond the bound, or for which there was no room.
  private(set) var droppedBytes: Int64 = 0

  /// True when bytes wait because the disk took them not.
  var isBehind: Bool { !waiting.isEmpty }

  init(path: String, limit: Int64) {
    self.path = path
    self.limit = max(0, limit)
    openFile()
  }

  deinit { if file >= 0 { close(file) } }

  private mutating func openFile() {
    file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
  }

  mutating func take(_ bytes: UnsafeRawBufferPointer) {
    let wanted = Int(min(Int64(bytes.count), limit - keptBytes - Int64(waiting.count)))
    // What waits comes first.
    let written = flush() ? put(UnsafeRawBufferPointer(rebasing: bytes[..<wanted])) : 0
    let kept = min(wanted - written, Self.maximumWaitingBytes - waiting.count)
    if kept > 0 { waiting += bytes[written..<(written + kept)] }
    droppedBytes += Int64(bytes.count - written - max(0, kept))
  }

  /// Writes what waits; false when the disk does not take it all.
  @discardableResult
  mutating func flush() -> Bool {
    guard !waiting.isEmpty else { return true }
    let bytes = waiting
    let written = bytes.withUnsafeBytes { put($0) }
    waiting.removeFirst(written)
    return waiting.isEmpty
  }

  /// Gives up what waits.
  mutating func giveUp() {
    droppedBytes += Int64(waiting.count)
    waiting = []
  }

  /// Writes as much as the disk takes; how many bytes that was.
  private mutating func put(_ bytes: UnsafeRawBufferPointer) -> Int {
    if file < 0 { openFile() }
    var written = 0
    while written < bytes.count {
      let count = write(file, bytes.baseAddress.map { $0 + written }, bytes.count - written)
      if count > 0 {
        written += count
      } else if count == 0 || errno != EINTR {
        break
      }
    }
    keptBytes += Int64(written)
    return written
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
