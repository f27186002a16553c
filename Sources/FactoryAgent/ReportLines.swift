import JobProtocol

/// Cuts what a task writes to its report pipe into lines.
struct ReportLines {
  /// A longer line is dropped: no reader would take it.
  static let maximumBytes = 64 << 10
  private var unfinished: [UInt8] = []
  /// True while the rest of a dropped line goes by.
  private var isSkipping = false
  private(set) var droppedCount: Int64 = 0

  mutating func take(_ bytes: UnsafeRawBufferPointer, _ line: ([UInt8]) -> Void) {
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      append(rest[..<end])
      if isSkipping {
        isSkipping = false
      } else if !unfinished.isEmpty {
        line(unfinished)
      }
      unfinished.removeAll(keepingCapacity: true)
      rest = rest[(end + 1)...]
    }
    append(rest)
  }

  private mutating func append(_ bytes: Slice<UnsafeRawBufferPointer>) {
    guard !isSkipping else { return }
    guard unfinished.count + bytes.count <= Self.maximumBytes else {
      droppedCount += 1
      isSkipping = true
      return unfinished.removeAll(keepingCapacity: true)
    }
    unfinished.append(contentsOf: bytes)
  }
}
