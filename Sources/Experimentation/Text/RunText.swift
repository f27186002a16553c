/// Names and values of runs made out of texts that nobody checked, such as names of columns.
public enum RunText {
  /// A name that a metric, param or tag may have: what is not allowed becomes `_`.
  public static func key(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(250) {
      let isAllowed =
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        || "_-. :/".unicodeScalars.contains(scalar)
      result.append(isAllowed ? scalar : "_")
    }
    let name = String(result)
    let leaves = name.split(separator: "/", omittingEmptySubsequences: false).contains {
      $0.isEmpty || $0 == "." || $0 == ".."
    }
    if name.isEmpty || name == "." || name == ".." { return "_" }
    let flat = leaves ? name.replacing("/", with: "_") : name
    // MLflow takes it for a way out of the run's folder.
    return flat.hasPrefix("..") ? "__" + flat.dropFirst(2) : flat
  }

  /// Params with names and lengths that are allowed.
  public static func params(_ pairs: [String: String]) -> [String: String] {
    cut(pairs, to: 6_000)
  }

  /// Tags with names and lengths that are allowed.
  public static func tags(_ pairs: [String: String]) -> [String: String] { cut(pairs, to: 8_000) }

  private static func cut(_ pairs: [String: String], to limit: Int) -> [String: String] {
    [String: String](
      pairs.map { (key($0.key), $0.value.firstScalars(limit)) },
      uniquingKeysWith: { first, _ in first })
  }
}
