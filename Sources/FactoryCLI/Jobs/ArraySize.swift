internal import ArgumentParser

/// How many jobs an array has, and how many of them run at once: `200`, or `200%4` as Slurm writes it.
struct ArraySize: Equatable {
  /// How many jobs.
  var count: Int
  /// How many run at once at most; nil is as many as there is room for.
  var atMost: Int?

  /// - Throws: for what is no such size, with the form that is meant.
  init(parsing text: String) throws {
    let parts = text.split(separator: "%", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let count = Int(parts[0]), count >= 1 else {
      throw Self.invalid
    }
    self.count = count
    guard parts.count == 2 else { return }
    guard let atMost = Int(parts[1]), atMost >= 1 else { throw Self.invalid }
    self.atMost = atMost
  }

  private static var invalid: ValidationError {
    ValidationError(
      "expected how many jobs, such as 200, or how many and how many of them at once, such as 200%4; "
        + "their numbers begin at 0")
  }
}
