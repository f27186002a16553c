/// The few characters by which tables and drawings tell runs apart.
enum RunMark {
  /// The end of an identifier: its beginning is the time, which runs made together share.
  static func of(_ id: String) -> String { id.count > 8 ? "…" + id.suffix(8) : id }
}
