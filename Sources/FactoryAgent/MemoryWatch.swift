import JobProtocol

/// Enforces the memory limit of an attempt, by the kernel where it can.
struct MemoryWatch {
  let limitBytes: Int64?
  let group: ControlGroup?

  /// Prepares the watch.
  ///
  /// - Parameter allowsGroup: false where somebody asked for sampling (`AIFACTORY_MEMORY=sampled`).
  init(marker: String, limitBytes: Int64?, allowsGroup: Bool) {
    self.limitBytes = limitBytes
    group =
      allowsGroup
      ? limitBytes.flatMap { ControlGroup.make(marker: marker, limitBytes: $0) } : nil
  }

  var method: MemoryMethod { limitBytes == nil ? .none : group?.method ?? .sampled }

  /// Milliseconds until the next look: the nearer the limit, the sooner.
  ///
  /// A process that touches fresh memory takes some 4 GB a second at most.
  func interval(residentBytes: Int64) -> Int64 {
    guard let limitBytes else { return .max }
    guard group == nil else { return 250 }
    return min(100, max(5, (limitBytes - residentBytes) / 4_000_000))
  }

  func isExceeded(residentBytes: Int64) -> Bool {
    guard let limitBytes else { return false }
    return group?.hasExceeded ?? (residentBytes > limitBytes)
  }
}
