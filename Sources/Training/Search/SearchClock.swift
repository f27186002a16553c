import Foundation

/// Time as a search sees it: given from outside, so that tests need not wait.
struct SearchClock: Sendable {
  /// Milliseconds since 1970.
  var nowMs: @Sendable () -> Int64

  /// The time of this machine.
  static let system = SearchClock { Int64(Date().timeIntervalSince1970 * 1000) }
}
