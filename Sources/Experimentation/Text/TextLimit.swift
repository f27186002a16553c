extension String {
  /// The first code points, which is what limits of lengths count here and in SQLite.
  public func firstScalars(_ limit: Int) -> String {
    guard utf8.count > limit else { return self }
    return String(UnicodeScalarView(unicodeScalars.prefix(limit)))
  }
}
