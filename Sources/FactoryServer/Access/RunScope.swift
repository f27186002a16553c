import Basics
import Experimentation
import Foundation
import HTTPTypes
import MLflowProtocol

/// What the token of a job's run may change by MLflow's API: what the job has made.
///
/// Reading is not bounded. What a call makes belongs to its job: runs, models, versions, experiments.
/// What nobody owns (evaluation datasets) may be added to, and not be taken from.
enum RunScope {
  /// Tells the agent of a job, beside a run or a model that it reads, whether the job may change it.
  static let header = HTTPField.Name("X-AIFactory-May-Change")

  /// The things that a call changes, besides what it makes; nil for a call that no job may make.
  ///
  /// - Parameter parts: of the path below the service, decoded, such as `runs` and `log-metric`.
  static func things(
    changedBy method: String, _ parts: [String], _ fields: MLflowFields
  ) throws -> [TrackedThing]? {
    let verb = parts.count > 1 ? parts[1] : ""
    switch parts.first {
    case "runs":
      if verb == "create" { return [] }
      return [.run(try fields.run().rawValue)]
    case "experiments": return try experiment(verb, fields)
    case "logged-models": return try loggedModel(parts, fields)
    case "registered-models": return try registeredModel(method, verb, fields)
    case "model-versions":
      if verb == "create" { return [] }
      return [try version(fields)]
    case "traces": return try trace(method, parts, fields)
    case "v1": return verb == "traces" ? [] : nil
    case "datasets":
      let isAddition = verb == "create" || ["records", "add-experiments"].contains(parts.last)
      return method == "POST" && isAddition ? [] : nil
    case "artifacts": return artifact(parts.dropFirst())
    case "mpu": return artifact(parts.dropFirst(2))
    case "upload-artifact": return [.run(try fields.run().rawValue)]
    default: return nil
    }
  }

  /// The one thing that a call shows, where a client may go on to change it.
  static func thing(shownBy parts: [String], _ fields: MLflowFields) throws -> TrackedThing? {
    if parts == ["runs", "get"] { return .run(try fields.run().rawValue) }
    if parts.count == 2, parts[0] == "logged-models" { return .loggedModel(parts[1]) }
    return nil
  }

  /// Whether what a call changes stands in its body, which is JSON then; else in path and query.
  static func isInBody(_ parts: [String]) -> Bool {
    !["artifacts", "mpu", "upload-artifact", "v1"].contains(parts.first)
  }

  /// Throws where a job may not change one of the things.
  static func require(
    _ things: [TrackedThing]?, of owner: WorkingRun, in db: LedgerTransaction
  ) throws {
    guard let things else {
      throw MLflowFailure(
        .permissionDenied, "The token of run \(owner.run) is not good for that: \(rule)")
    }
    for thing in things where try !OwnershipStore.mayChange(thing, owner, in: db) {
      throw denied(thing, to: owner.run)
    }
  }

  static func denied(_ thing: TrackedThing, to run: String) -> MLflowFailure {
    MLflowFailure(
      .permissionDenied, "The token of run \(run) may not change \(thing): \(rule)")
  }

  private static let rule =
    "a job may read everything, and change what it has made itself. Outside of jobs, "
    + "'aifactory env' prints a token for the rest."

  // MARK: Parts of MLflow's API

  private static func experiment(
    _ verb: String, _ fields: MLflowFields
  ) throws -> [TrackedThing]? {
    switch verb {
    case "create": return []
    case "set-experiment-tag", "delete-experiment-tag":
      return [.experiment(try fields.experiment().rawValue)]
    default: return nil
    }
  }

  private static func loggedModel(
    _ parts: [String], _ fields: MLflowFields
  ) throws -> [TrackedThing] {
    if parts.count > 1 { return [.loggedModel(parts[1])] }
    let source = try fields.string("source_run_id") ?? ""
    return source.isEmpty ? [] : [.run(source)]
  }

  private static func registeredModel(
    _ method: String, _ verb: String, _ fields: MLflowFields
  ) throws -> [TrackedThing] {
    if verb == "create" { return [] }
    // An alias moves to a version of the job's, wherever it was.
    if verb == "alias", method == "POST" { return [try version(fields)] }
    let name = try fields.required("name")
    if verb == "alias" { return [.modelAlias(of: name, alias: try fields.required("alias"))] }
    return [.registeredModel(name)]
  }

  private static func version(_ fields: MLflowFields) throws -> TrackedThing {
    .modelVersion(of: try fields.required("name"), version: try fields.version())
  }

  private static func trace(
    _ method: String, _ parts: [String], _ fields: MLflowFields
  ) throws -> [TrackedThing]? {
    switch parts.count > 1 ? parts[1] : "" {
    case "":
      let info = try fields.object("trace")?.object("trace_info")
      guard let id = try info?.string("trace_id") else { return [] }
      return [.trace(id)]
    case "link-to-run": return [.run(try fields.run().rawValue)]
    case "link-prompts": return [.trace(try fields.required("trace_id"))]
    case "delete-traces":
      let ids = try fields.strings("request_ids") + fields.strings("trace_ids")
      return ids.isEmpty ? nil : ids.map(TrackedThing.trace)
    case let id:
      // What a job thinks of a trace is its own; what others said is not.
      let isNewAssessment = method == "POST" && parts.last == "assessments"
      return isNewAssessment ? [] : [.trace(id)]
    }
  }

  /// Whose an artifact may be: paths are `…/<run>/artifacts/…`, and so for models and traces.
  private static func artifact(_ parts: ArraySlice<String>) -> [TrackedThing]? {
    let place = parts.filter { $0 != "." }
    var owners: [TrackedThing] = []
    for (owner, word) in zip(place, place.dropFirst()) where word == "artifacts" {
      if RunID(owner) != nil {
        owners.append(.run(owner))
      } else if owner.hasPrefix("m-") {
        owners.append(.loggedModel(owner))
      } else if owner.hasPrefix("tr-") {
        owners.append(.trace(owner))
      }
    }
    return owners.isEmpty ? nil : owners
  }
}

extension MLflowDialect {
  /// The parts of a path below MLflow's services, decoded; nil for others.
  ///
  /// They are those of the decoded path: a slash that was written `%2F` parts, too, as it does
  /// where artifacts are named.
  static func parts(of path: String) -> [String]? {
    guard let decoded = path.removingPercentEncoding else { return nil }
    let parts = decoded.split(separator: "/").map(String.init)
    if parts == ["v1", "traces"] { return parts }
    guard parts.count > 3, ["api", "ajax-api"].contains(parts[0]),
      ["2.0", "3.0"].contains(parts[1]), ["mlflow", "mlflow-artifacts"].contains(parts[2])
    else { return nil }
    return Array(parts.dropFirst(3))
  }
}
