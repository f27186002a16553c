import Basics
import Compute
import Experimentation
import Foundation
import JobProtocol
import MLflowProtocol
import Workflows

/// Carries out what MLflow's clients have written to the agents of their jobs.
///
/// It reads and writes as the routes do: a call means the same, whether it came over HTTP or in a journal.
struct MLflowJournal: JobTracker {
  let objects: ObjectStore

  /// Takes files into the object store, and leaves them where the agent finds them, too: as second
  /// names of the same bytes where that is possible.
  func gather(_ calls: [TimedCall], from folder: AttemptFolder) async throws {
    for file in calls.compactMap(\.call.file) {
      guard let digest = ObjectDigest(hex: file.sha256), !file.name.contains("/") else { continue }
      let path = folder.uploads + "/" + file.name
      // What was taken before a commit that failed is there already.
      guard !objects.contains(digest), FileTree.exists(path) else { continue }
      let second = path + ".taken"
      unlink(second)
      let isLinked = link(path, second) == 0
      _ = try await objects.put(file: isLinked ? second : path, move: isLinked)
    }
  }

  /// Removes the agent's copies.
  func release(_ folder: AttemptFolder) async throws {
    guard FileTree.exists(folder.uploads) else { return }
    try await offTask { try FileTree.remove(folder.uploads) }
  }

  func apply(_ timed: TimedCall, of job: Job, in db: LedgerTransaction) throws {
    let call = timed.call
    let nowMs = timed.timeMs
    let owner = WorkingRun(
      run: JobRuns.run(of: job.spec)?.rawValue ?? "", job: job.id.rawValue, project: job.project)
    if let path = call.path.withoutPrefix("artifacts/") {
      let things = try RunScope.things(
        changedBy: call.method, call.path.split(separator: "/").map(String.init),
        MLflowFields(members: .object([])))
      try RunScope.require(things, of: owner, in: db)
      return try applyArtifact(call, path, nowMs: nowMs, in: db)
    }
    if call.path == "v1/traces" { return try MLflowTraces.keepSpans(call, in: db) }
    if call.path == "runs/log-batch" {
      let batch = try MLflowBatch(parsing: call.body)
      try RunScope.require([.run(try MLflowFields.run(batch.runText).rawValue)], of: owner, in: db)
      return try MLflowLogging.write(batch)(db)
    }
    let value =
      call.body.isEmpty
      ? .object([]) : try JSONValue(parsing: call.body, acceptsPythonNumbers: true)
    let fields = MLflowFields(members: value, source: call.body)
    let parts = call.path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
    try RunScope.require(
      try RunScope.things(changedBy: call.method, parts, fields), of: owner, in: db)
    if let write = MLflowLogging.writes.first(where: { $0.path == call.path }) {
      return try write.read(fields)(db)
    }
    if parts.first == "logged-models",
      try MLflowLoggedModels.apply(
        call.method, Array(parts.dropFirst()), fields, made: call.made, nowMs: nowMs, in: db)
    {
      return
    }
    if try MLflowRegistry.apply(
      "\(call.method) \(call.path)", fields, made: call.made, job: job.id.rawValue,
      project: job.project, nowMs: nowMs, in: db)
    {
      return
    }
    switch call.path {
    case "runs/create":
      guard let id = RunID(call.made) else { throw Self.unknown(call) }
      let write = try MLflowRuns.creation(fields, id: id, nowMs: nowMs, job: job.id.rawValue)
      _ = try write(db)
    case "traces": _ = try MLflowTraces.keep(try fields.trace(nowMs: nowMs), in: db)
    case "runs/update": _ = try MLflowRuns.update(fields)(db)
    case "runs/delete": try MLflowRuns.lifecycle(.deleted, fields, nowMs: nowMs)(db)
    case "runs/restore": try MLflowRuns.lifecycle(.active, fields, nowMs: nowMs)(db)
    case "experiments/create":
      guard let id = ExperimentID(call.made) else { throw Self.unknown(call) }
      let location = try fields.string("artifact_location") ?? ""
      try MLflowNames.checkLocation(location)
      _ = try ExperimentStore.take(
        id, named: try fields.required("name"),
        artifactLocation: location.isEmpty ? nil : location, tags: try fields.pairs("tags"),
        project: job.project, nowMs: nowMs, in: db)
    case "experiments/set-experiment-tag":
      let experiment = try ExperimentStore.experiment(try fields.experiment(), in: db)
      try ExperimentStore.setTag(
        try fields.required("key"), try fields.string("value") ?? "", of: experiment.id,
        nowMs: nowMs, in: db)
    default: throw Self.unknown(call)
    }
  }

  private func applyArtifact(
    _ call: TrackingCall, _ given: String, nowMs: Int64, in db: LedgerTransaction
  ) throws {
    let path = try Self.ownPath(try MLflowArtifacts.checked(given), in: db)
    guard call.method == "PUT" else { return try ArtifactStore.delete(path, in: db) }
    guard let file = call.file, let digest = ObjectDigest(hex: file.sha256),
      objects.contains(digest), MLflowPackage(path: path) == nil
    else {
      throw MLflowFailure(.invalidParameterValue, "the file of '\(path)' is missing or damaged")
    }
    try ArtifactStore.put(
      ArtifactFile(path: path, sha256: digest, bytes: file.bytes), nowMs: nowMs, in: db)
  }

  /// The place of a file whose experiment has another identifier here than where it was logged.
  private static func ownPath(_ path: String, in db: LedgerTransaction) throws -> String {
    let parts = path.split(separator: "/", maxSplits: 1)
    guard parts.count == 2, let given = ExperimentID(String(parts[0])) else { return path }
    do {
      let own = try ExperimentStore.experiment(given, in: db).id
      return own == given ? path : "\(own)/\(parts[1])"
    } catch let error as ExperimentationError {
      // A folder that only looks like an experiment's.
      guard error.code == .experimentNotFound else { throw error }
      return path
    }
  }

  private static func unknown(_ call: TrackingCall) -> MLflowFailure {
    MLflowFailure(
      .notImplemented, "an agent of another version has answered \(call.method) \(call.path)")
  }
}

extension String {
  /// What follows a prefix; nil where the text does not begin so.
  fileprivate func withoutPrefix(_ prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
