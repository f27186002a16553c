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
      let version = try version(rest, of: source, project: project, in: db)
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

  /// Makes a version that is made from another one the other's: of its run and logged model, where
  /// the request names none, and from its number, since aliases move.
  ///
  /// A version made from a logged model is of the run that logged it.
  static func follow(
    _ draft: inout ModelVersionDraft, project: String, in db: LedgerTransaction
  ) throws {
    if let (scheme, rest) = split(draft.source), scheme == "models", !rest.hasPrefix("m-") {
      let origin = try version(rest, of: draft.source, project: project, in: db)
      draft.source = "models:/\(origin.name)/\(origin.version)"
      if draft.run == nil, draft.foreignRun == nil {
        (draft.run, draft.foreignRun) = (origin.draft.run, origin.draft.foreignRun)
      }
      if draft.loggedModel == nil { draft.loggedModel = origin.draft.loggedModel }
    } else if let id = draft.loggedModel, draft.run == nil, draft.foreignRun == nil {
      let model = try LoggedModelStore.model(id, in: db)
      (draft.run, draft.foreignRun) = (model.sourceRun, model.foreignRun)
    }
  }

  /// The version that `models:/` with `name/number`, `name/latest` or `name@alias` names.
  private static func version(
    _ rest: Substring, of source: String, project: String, in db: LedgerTransaction
  ) throws -> ModelVersion {
    let parts = rest.split(separator: "/")
    if parts.count == 2, let number = Int(parts[1]) {
      return try ModelStore.version(number, of: String(parts[0]), project: project, in: db)
    }
    if parts.count == 2, parts[1].lowercased() == "latest" {
      return try ModelStore.version(
        alias: "latest", of: String(parts[0]), project: project, in: db)
    }
    guard let at = rest.lastIndex(of: "@") else {
      throw MLflowFailure(.invalidParameterValue, "Invalid model version source: '\(source)'.")
    }
    return try ModelStore.version(
      alias: String(rest[rest.index(after: at)...]), of: String(rest[..<at]),
      project: project, in: db)
  }

  private static func split(_ uri: String) -> (scheme: Substring, rest: Substring)? {
    guard let colon = uri.firstIndex(of: ":") else { return nil }
    return (uri[..<colon], uri[uri.index(after: colon)...].drop { $0 == "/" })
  }
}
