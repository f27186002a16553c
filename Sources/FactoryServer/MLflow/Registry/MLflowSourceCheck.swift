import MLflowProtocol
import Basics
import Experimentation
import Foundation

extension MLflowSource {
  /// Refuses a source that leads to files which are not the run's or the logged model's.
  ///
  /// Whoever may register a version may not thereby make the server's disk readable, or the
  /// artifacts of a run that is not named.
  static func check(_ draft: ModelVersionDraft, in db: LedgerTransaction) throws {
    let source = draft.source
    guard source.unicodeScalars.count <= 2_048 else {
      throw MLflowFailure(
        .invalidParameterValue, "'source' exceeds the maximum length of 2048 characters")
    }
    let roots = try roots(of: draft, in: db)
    guard let scheme = scheme(of: source), scheme != "file" else {
      if roots.contains(where: { isLocal($0) && isInside(source, $0) }) { return }
      throw MLflowFailure(
        .invalidParameterValue,
        "Invalid model version source: '\(source)'. To use a local path as a model version "
          + "source, the run_id request parameter has to be specified and the local path has to "
          + "be contained within the artifact directory of the run specified by the run_id.")
    }
    guard let parts = parts(of: source), !parts.contains("..") else {
      throw MLflowFailure(
        .invalidParameterValue,
        "Invalid model version source: '\(source)'. If supplying a source as an http, https, "
          + "local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be "
          + "provided without relative path references present. "
          + "Please provide an absolute path.")
    }
    let named = draft.run?.rawValue ?? draft.foreignRun
    let owner = draft.loggedModel == nil ? "run_id" : "model_id"
    switch scheme {
    case "runs" where owner == "run_id" && parts.first != nil && parts.first == named: return
    case "models" where parts.first?.hasPrefix("m-") == true && parts.count == 1:
      guard parts.first == draft.loggedModel else { throw foreign(source, "model_id") }
    case "mlflow-artifacts" where roots.contains(where: { isInside(source, $0) }): return
    case "runs", "mlflow-artifacts": throw foreign(source, owner)
    default: return
    }
  }

  private static func foreign(_ source: String, _ field: String) -> MLflowFailure {
    MLflowFailure(
      .invalidParameterValue,
      "Invalid model version source: '\(source)'. The \(field) request parameter must identify "
        + "the resource that contains the source.")
  }

  /// Where the files of the run or of the logged model lie that the version is made from.
  private static func roots(
    of draft: ModelVersionDraft, in db: LedgerTransaction
  ) throws -> [String] {
    if let model = draft.loggedModel {
      return [try LoggedModelStore.model(model, in: db).artifactLocation]
    }
    return try draft.run.map { [try RunStore.details($0, in: db).run.artifactLocation] } ?? []
  }

  private static func isLocal(_ uri: String) -> Bool {
    scheme(of: uri).map { $0 == "file" } ?? true
  }

  /// The word before the first colon, where it can be one of an address.
  private static func scheme(of uri: String) -> String? {
    guard let colon = uri.firstIndex(of: ":"), uri.distance(from: uri.startIndex, to: colon) > 1,
      uri[..<colon].utf8.allSatisfy({ byte in
        switch byte {
        case 0x41...0x5A, 0x61...0x7A, 0x30...0x39: true
        default: "+-.".utf8.contains(byte)
        }
      })
    else { return nil }
    return uri[..<colon].lowercased()
  }

  /// The decoded parts of the path after scheme and host; nil for one with a NUL.
  private static func parts(of uri: String) -> [String]? {
    var text = uri
    while let once = text.removingPercentEncoding, once != text { text = once }
    guard !text.utf8.contains(0) else { return nil }
    var path = Substring(text)
    if scheme(of: text) != nil, let colon = text.firstIndex(of: ":") {
      path = text[text.index(after: colon)...]
      if path.hasPrefix("//") { path = path.dropFirst(2).drop { $0 != "/" } }
    }
    return path.split(separator: "/").map(String.init)
  }

  private static func isInside(_ uri: String, _ root: String) -> Bool {
    guard let inner = parts(of: uri), let outer = parts(of: root) else { return false }
    var resolved: [String] = []
    for part in inner where part != "." {
      if part == ".." { _ = resolved.popLast() } else { resolved.append(part) }
    }
    return !outer.isEmpty && resolved.starts(with: outer)
  }
}
