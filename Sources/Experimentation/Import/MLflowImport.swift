public import Basics
import Foundation

/// What an import has brought over.
public struct MLflowImportCounts: Codable, Sendable, Equatable {
  /// Experiments that were read.
  public var experiments = 0
  /// Runs of the store that are here now, compared point by point.
  public var runs = 0
  /// Those of them that were here before.
  public var knownRuns = 0
  /// Points of their metrics.
  public var metrics = 0
  /// Their params.
  public var params = 0
  /// Their inputs: datasets by name, digest and use.
  public var inputs = 0
  /// Files of the store that are here now.
  public var artifacts = 0
  /// Logged models that are here now.
  public var loggedModels = 0
  /// Those of them that were here before.
  public var knownLoggedModels = 0
  /// Traces that are here now.
  public var traces = 0
  /// Those of them that were here before.
  public var knownTraces = 0
  /// Versions of models that are here now.
  public var modelVersions = 0
  /// What could not be taken and why, in words.
  public var refused: [String] = []
  /// What is otherwise than it was, or stays where it is, in words.
  public var remarks: [String] = []

  /// Starts at nothing.
  public init() {}
}

/// Takes over what MLflow's server or clients have kept: a SQLite file or a folder `mlruns`, with
/// the artifacts on local disks.
///
/// Each run is one transaction (a very long one several, the last of which ends it), and what is
/// here already is left as it is: an import that was interrupted is run again and goes on. What
/// cannot be understood is told; the rest comes over.
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
  /// - Parameter path: the SQLite file or the folder.
  /// - Throws: `import_impossible` for what is neither.
  public func perform(_ path: String, nowMs: Int64) async throws -> MLflowImportCounts {
    let source = try await offTask { try Self.source(at: path) }
    var counts = MLflowImportCounts()
    for experiment in try source.experiments() {
      try await take(experiment: experiment, source, nowMs, &counts)
      counts.refused += source.takeTroubles()
    }
    try await takeModels(source, nowMs, &counts)
    counts.refused += source.takeTroubles()
    return counts
  }

  private static func source(at path: String) throws -> any MLflowSource {
    guard FileTree.exists(path) else {
      throw ExperimentationError(
        .importImpossible, "\(path) cannot be imported: it is not there.",
        hint: "Name the SQLite file of an MLflow server, such as mlflow.db, or its folder mlruns.")
    }
    return FileTree.isFolder(path)
      ? try MLflowFolder(path: path) : try MLflowDatabaseStore(path: path)
  }

  private func take(
    experiment line: MLflowLine, _ source: any MLflowSource, _ nowMs: Int64,
    _ counts: inout MLflowImportCounts
  ) async throws {
    let name = line.text("name")
    let (tags, project) = (try source.experimentTags(line), project)
    let taken: Experiment
    do {
      taken = try await ledger.write { db in
        // One that is in the trash here stays there.
        let experiment =
          try ExperimentStore.find(name, project: project, in: db)?.experiment()
          ?? ExperimentStore.create(named: name, project: project, nowMs: nowMs, in: db)
        let known = try ExperimentStore.tags(of: experiment.id, in: db)
        guard experiment.lifecycle == .active else { return experiment }
        for (key, value) in tags where known[key] == nil {
          try ExperimentStore.setTag(key, value, of: experiment.id, nowMs: nowMs, in: db)
        }
        return experiment
      }
    } catch let error as ExperimentationError {
      counts.refused.append("Experiment \(visible(name)): \(error.message)")
      return
    }
    counts.experiments += 1
    for run in try source.runs(in: line) {
      try await take(run: run, in: taken.id, source, nowMs, &counts)
    }
    for model in try source.loggedModels(in: line) {
      try await take(loggedModel: model, in: taken, source, nowMs, &counts)
    }
    for trace in try source.traces(in: line, home: taken.id) {
      try await take(trace: trace, in: taken, source, nowMs, &counts)
    }
    if line.text("lifecycle_stage") == "deleted", taken.lifecycle == .active {
      try await ledger.write { db in
        try ExperimentStore.setLifecycle(.deleted, of: taken.id, nowMs: nowMs, in: db)
      }
    }
  }

  /// Where MLflow's server keeps by default what clients sent through it.
  ///
  /// That is in `mlartifacts`, beside its SQLite file. Nil for other URIs, and for paths that lead
  /// out.
  static func proxiedPath(_ uri: String, besideStore store: String) -> String? {
    let scheme = "mlflow-artifacts:/"
    guard uri.hasPrefix(scheme) else { return nil }
    var rest = uri.dropFirst(scheme.count)
    if rest.hasPrefix("/") {
      // A host stands before the path, or nothing.
      rest = rest.dropFirst().drop { $0 != "/" }.dropFirst()
    }
    // What is no path inside is told like what is not there.
    return try? safePath(String(rest), in: proxiedRoot(besideStore: store))
  }

  static func proxiedRoot(besideStore store: String) -> String {
    FileTree.folder(of: store) + "/mlartifacts"
  }

  /// The folder of `file:///…` or of a bare absolute path; nil for other stores.
  static func localPath(_ uri: String) -> String? {
    if uri.hasPrefix("/") { return uri }
    guard uri.hasPrefix("file:"), let url = URL(string: uri) else { return nil }
    return url.path.isEmpty ? nil : url.path
  }
}
