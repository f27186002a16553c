import CLinux

/// How many files and connections this process may have open.
enum OpenFiles {
  /// What crowds of workers were measured with (docs/search.md).
  private static let most = 20_000
  private static let usual = 1_024

  /// Raises the limit as far as the system lets it, and says how many connections leave enough for files.
  ///
  /// Most systems allow 1,024 until somebody asks for more. An upload or a call that is passed on has a second file
  /// open, so half of the limit is for connections; others wait until one of them ends.
  static func connectionsAfterRaising() -> Int {
    let limit = Int(factory_raise_open_files(Int64(most)))
    return max(min(limit > 0 ? limit : usual, most) / 2, 16)
  }
}
