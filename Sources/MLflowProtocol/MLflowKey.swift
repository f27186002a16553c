/// MLflow's rule for names of metrics, params and tags.
public enum MLflowKey {
  /// What is named.
  public enum Kind: Sendable { case metric, param, tag }

  /// What is wrong with a name, in MLflow's words; nil where nothing is.
  ///
  /// - Parameter takesAnyCharacter: as MLflow's servers do with the tags of a run that is being
  ///   made, and with params and tags of logged models.
  public static func problem(
    of key: String, kind: Kind, takesAnyCharacter: Bool = false
  ) -> String? {
    // MLflow's clients know a metric's key by "name", and the length limits by these nouns.
    let (field, noun) =
      switch kind {
      case .metric: ("name", "Metric name")
      case .param: ("key", "Param key")
      case .tag: ("key", "key")
      }
    guard key.unicodeScalars.count <= 250 else {
      return "'\(noun)' exceeds the maximum length of 250 characters"
    }
    guard !takesAnyCharacter else { return nil }
    let isAllowed = key.utf8.allSatisfy(isPlain) || key.unicodeScalars.allSatisfy(isAllowed)
    guard !isAllowed || key.isEmpty || leavesItsFolder(key) else { return nil }
    return "Invalid value \"\(shown(key))\" for parameter '\(field)' supplied: "
      + (isAllowed
        ? "Names may be treated as files in certain cases, and must not resolve to other names "
          + "when treated as such. This name would resolve to '\(shown(resolved(key)))'"
        : "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), "
          + "spaces ( ), colon(:) and slashes (/).")
  }

  /// Whether a byte of a key is allowed without a look at the tables of Unicode.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      // `-./` and the digits up to `:` lie side by side.
      UInt8(ascii: "-")...UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: " "):
      true
    default: false
    }
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      || "_-. :/".unicodeScalars.contains(scalar)
  }

  /// Whether the key, read as a path, is another path than it says, such as `a/../b` or `/a`; as MLflow
  /// does, also what only begins as if it were one above, such as `...`.
  private static func leavesItsFolder(_ key: String) -> Bool {
    if key.utf8.starts(with: "..".utf8) { return true }
    // Parts between slashes: none may be empty, or of one or two dots alone.
    var bytes = 0
    var dots = 0
    func isNoName() -> Bool { bytes == dots && bytes <= 2 }
    for byte in key.utf8 {
      if byte == UInt8(ascii: "/") {
        if isNoName() { return true }
        (bytes, dots) = (0, 0)
      } else {
        bytes += 1
        dots += byte == UInt8(ascii: ".") ? 1 : 0
      }
    }
    return isNoName()
  }

  /// Where a key leads as a path, as Python's `posixpath.normpath` tells it.
  private static func resolved(_ key: String) -> String {
    let slashes = key.prefix { $0 == "/" }.count
    var parts: [Substring] = []
    for part in key.split(separator: "/") where part != "." {
      if part != ".." || slashes == 0 && (parts.last ?? "..") == ".." {
        parts.append(part)
      } else {
        _ = parts.popLast()
      }
    }
    // Two slashes in front are kept, three are one.
    let root = slashes == 0 ? "" : slashes == 2 ? "//" : "/"
    let path = root + parts.joined(separator: "/")
    return path.isEmpty ? "." : path
  }

  /// The start of a key, with what cannot be seen spelled out.
  private static func shown(_ key: String) -> String {
    var shown = ""
    for (count, scalar) in key.unicodeScalars.enumerated() {
      if count == 80 { return shown + "…" }
      if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
        shown += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }
}
