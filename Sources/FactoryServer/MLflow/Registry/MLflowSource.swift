import MLflowProtocol
import Basics
import Experimentation

/// Where the files of a model version are.
enum MLflowSource {
  /// The URI that a version tells; a package of the factory is a folder of artifacts.
  static func shown(_ draft: ModelVersionDraft) -> String {
    guard draft.source.isEmpty, let package = draft.package else { return draft.source }
    return MLflowPackage.uri(of: package)
  }

  /// The folder of artifacts that a version's URI leads to, through models and runs.
  static func location(
    of draft: ModelVersionDraft, project: String, in db: LedgerTransaction, depth: Int = 0
  ) throws -> String {
    let source = shown(draft)
    guard depth < 8, let (scheme, rest) = split(source) else { return source }
    switch scheme {
    case "models":
      if rest.hasPrefix("m-") {
        return try LoggedModelStore.model(String(rest), in: db).artifactLocation
      }
      let parts = rest.split(separator: "/")
      let version: ModelVersion
      if parts.count == 2, let number = Int(parts[1]) {
        version = try ModelStore.version(number, of: String(parts[0]), project: project, in: db)
      } else if let at = rest.lastIndex(of: "@") {
        version = try ModelStore.version(
          alias: String(rest[rest.index(after: at)...]), of: String(rest[..<at]),
          project: project, in: db)
      } else {
        throw MLflowFailure(.invalidParameterValue, "Invalid model version source: '\(source)'.")
      }
      return try location(of: version.draft, project: project, in: db, depth: depth + 1)
    case "runs":
      let parts = rest.split(separator: "/", maxSplits: 1)
      guard let first = parts.first, let run = try RunStore.known(String(first), in: db) else {
        return source
      }
      let root = try RunStore.details(run, in: db).run.artifactLocation
      return parts.count == 2 ? root + "/" + parts[1] : root
    default: return source
    }
  }

  private static func split(_ uri: String) -> (scheme: Substring, rest: Substring)? {
    guard let colon = uri.firstIndex(of: ":") else { return nil }
    return (uri[..<colon], uri[uri.index(after: colon)...].drop { $0 == "/" })
  }
}
