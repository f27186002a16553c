internal import ArgumentParser

/// How many jobs an array has, and how many of them run at once: `200`, or `200%4` as Slurm writes it.
struct ArraySize: ExpressibleByArgument, Equatable {
  /// How many jobs.
  var count: Int
  /// How many run at once at most; nil is as many as there is room for.
  var atMost: Int?

  init?(argument: String) {
    let parts = argument.split(separator: "%", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let count = Int(parts[0]), count >= 1 else { return nil }
    self.count = count
    guard parts.count == 2 else { return }
    guard let atMost = Int(parts[1]), atMost >= 1 else { return nil }
    self.atMost = atMost
  }
}
