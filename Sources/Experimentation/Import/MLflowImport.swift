public import Basics
import Foundation

/// What an import has brought over.
public struct MLflowImportCounts: Codable, Sendable, Equatable {
  /// Experiments that were read.
  public var experiments = 0
  /// Runs that were read.
  public var runs = 0
  /// Points of metrics that are in the ledger now.
  public var metrics = 0
  /// Params that were read.
  public var params = 0
  /// Files that were taken into the object store.
  public var artifacts = 0
  /// Versions of models that were read.
  public var modelVersions = 0
  /// What was left behind, in words.
  public var remarks: [String] = []

  /// Starts at nothing.
  public init() {}
}

/// Takes an MLflow tracking server's SQLite file over, with the artifacts on its disk.
///
/// Each run is one transaction, and what is there already is left as it is: an import that was
/// interrupted is run again and goes on.
public struct MLflowImport: Sendable {
  let ledger: Ledger
  let objects: ObjectStore
  let project: String

  /// Imports into that ledger and object store.
  public init(ledger: Ledger, objects: ObjectStore, project: String = "default") {
    self.ledger = ledger
    self.objects = objects
    self.project = project
  }

  /// Brings everything over.
  ///
  /// - Parameter path: the SQLite file.
  /// - Throws: `import_impossible`; and where a run has other points afterwards than in the file.
  public func perform(_ path: String, nowMs: Int64) async throws -> MLflowImportCounts {
    let source = try await offTask { try MLflowDatabaseStore(path: path) }
    var counts = MLflowImportCounts()
    for line in try source.lines("experiments", order: "experiment_id") {
      try await take(experiment: line, source, path, nowMs, &counts)
    }
    try await takeModels(source, path, nowMs, &counts)
    return counts
  }

  private func take(
    experiment line: MLflowDatabaseStore.Line, _ source: MLflowDatabaseStore, _ path: String,
    _ nowMs: Int64, _ counts: inout MLflowImportCounts
  ) async throws {
    let number = line.integer("experiment_id") ?? 0
    let name = line.text("name")
    let tags = try source.lines(
      "experiment_tags", where: "experiment_id = ?", [number], order: "key"
    ).map { ($0.text("key"), $0.text("value")) }
    let project = project
    let id = try await ledger.write { db in
      let experiment = try ExperimentStore.ensure(
        named: name, project: project, nowMs: nowMs, in: db)
      for (key, value) in tags {
        try ExperimentStore.setTag(key, value, of: experiment.id, nowMs: nowMs, in: db)
      }
      return experiment.id
    }
    counts.experiments += 1
    for run in try source.lines(
      "runs", where: "experiment_id = ?", [number], order: "start_time, run_uuid")
    {
      try await take(run: run, in: id, source, path, nowMs, &counts)
    }
    if line.text("lifecycle_stage") == "deleted" {
      try await ledger.write { db in
        try ExperimentStore.setLifecycle(.deleted, of: id, nowMs: nowMs, in: db)
      }
    }
  }

  private func take(
    run line: MLflowDatabaseStore.Line, in experiment: ExperimentID,
    _ source: MLflowDatabaseStore, _ path: String, _ nowMs: Int64,
    _ counts: inout MLflowImportCounts
  ) async throws {
    let text = line.text("run_uuid")
    guard let id = RunID(text) else {
      counts.remarks.append("Run \(visible(text)) has no id of 32 hexadecimal digits.")
      return
    }
    func pairs(_ table: String) throws -> [String: String] {
      [String: String](
        try source.lines(table, where: "run_uuid = ?", [text], order: "key")
          .map { ($0.text("key"), $0.text("value")) }, uniquingKeysWith: { _, last in last })
    }
    let params = try pairs("params").mapValues { $0.firstScalars(6_000) }
    let tags = try pairs("tags").mapValues { $0.firstScalars(8_000) }
    let points = try source.lines(
      "metrics", where: "run_uuid = ?", [text], order: "key, step, timestamp"
    ).map { point in
      MetricPoint(
        key: point.text("key"),
        value: point.integer("is_nan") == 1 ? .nan : Self.unbounded(point.double("value")),
        step: point.integer("step") ?? 0, timestampMs: point.integer("timestamp") ?? 0)
    }
    let name = line.text("name").isEmpty ? tags[RunTagKey.name] ?? "" : line.text("name")
    let (user, start, end) = (
      line.text("user_id"), line.integer("start_time") ?? nowMs, line.integer("end_time")
    )
    let status = RunStatus(rawValue: line.text("status")) ?? .finished
    let isDeleted = line.text("lifecycle_stage") == "deleted"
    let location = try await ledger.write { db in
      let run = try RunStore.create(
        id, experiment: experiment, name: name, user: user, startedAtMs: start, in: db)
      try RunStore.note(params: params, tags: tags, on: id, in: db)
      try RunStore.log(points, to: id, in: db)
      try RunStore.setStatus(status, of: id, endedAtMs: end, in: db)
      if isDeleted { try RunStore.setLifecycle(.deleted, of: id, nowMs: nowMs, in: db) }
      return run.artifactLocation
    }
    let wanted = Set(points.map(PointIdentity.init)).count
    let kept = try await RunStore(ledger: ledger).pointCount(of: id)
    guard kept >= wanted else {
      throw ExperimentationError(
        .importImpossible, "Run \(id) has \(wanted) points in \(path) and \(kept) here.")
    }
    counts.runs += 1
    counts.metrics += wanted
    counts.params += params.count
    counts.artifacts += try await takeArtifacts(
      from: line.text("artifact_uri"), to: location, nowMs, &counts)
  }

  /// MLflow writes the largest doubles where infinity was meant.
  private static func unbounded(_ value: Double) -> Double {
    abs(value) >= 1.7976931348623157e308 ? (value > 0 ? .infinity : -.infinity) : value
  }

  /// What tells two points of a run apart.
  private struct PointIdentity: Hashable {
    var key: String
    var step, time: Int64
    var bits: UInt64

    init(_ point: MetricPoint) {
      (key, step, time) = (point.key, point.step, point.timestampMs)
      bits = point.value.bitPattern
    }
  }
}
