import Basics
import Foundation

extension MLflowImport {
  /// Takes the files of a local folder into the object store and names them below `location`.
  ///
  /// - Returns: how many there were.
  func takeArtifacts(
    from uri: String, to location: String, _ nowMs: Int64, _ counts: inout MLflowImportCounts
  ) async throws -> Int {
    guard let folder = Self.localPath(uri) else {
      if !uri.isEmpty {
        counts.remarks.append("The artifacts at \(visible(uri)) are not on this machine's disk.")
      }
      return 0
    }
    let scheme = "mlflow-artifacts:/"
    guard FileTree.isFolder(folder), location.hasPrefix(scheme) else { return 0 }
    let root = String(location.dropFirst(scheme.count))
    let objects = objects
    let files = try await offTask {
      try objects.insertFolder(folder).manifest.files.map {
        ArtifactFile(path: root + "/" + $0.path, sha256: $0.sha256, bytes: $0.bytes)
      }
    }
    try await ledger.write { db in
      for file in files { try ArtifactStore.put(file, nowMs: nowMs, in: db) }
    }
    return files.count
  }

  /// The folder of `file:///…` or of a bare absolute path; nil for other stores.
  static func localPath(_ uri: String) -> String? {
    if uri.hasPrefix("/") { return uri }
    guard uri.hasPrefix("file:"), let url = URL(string: uri) else { return nil }
    return url.path.isEmpty ? nil : url.path
  }

  /// Brings models, versions, aliases and tags over.
  func takeModels(
    _ source: MLflowDatabaseStore, _ path: String, _ nowMs: Int64,
    _ counts: inout MLflowImportCounts
  ) async throws {
    let project = project
    for line in try source.lines("registered_models", order: "name") {
      let name = line.text("name")
      let description = line.text("description")
      let tags = try source.lines("registered_model_tags", where: "name = ?", [name], order: "key")
        .map { ($0.text("key"), $0.text("value")) }
      try await ledger.write { db in
        _ = try ModelStore.ensure(name, project: project, nowMs: nowMs, in: db)
        if !description.isEmpty {
          try ModelStore.change(
            name, description: description, project: project, nowMs: nowMs, in: db)
        }
        for (key, value) in tags {
          try ModelStore.setTag(key, value, of: name, project: project, nowMs: nowMs, in: db)
        }
      }
      try await takeVersions(of: name, source, path, nowMs, &counts)
      for alias in try source.lines(
        "registered_model_aliases", where: "name = ?", [name], order: "alias")
      {
        let (word, version) = (alias.text("alias"), Int(alias.integer("version") ?? 0))
        do {
          try await ledger.write { db in
            try ModelStore.setAlias(word, of: name, to: version, project: project, in: db)
          }
        } catch let error as ExperimentationError {
          counts.remarks.append("Alias \(visible(word)) of \(name): \(error.message)")
        }
      }
    }
  }

  private func takeVersions(
    of name: String, _ source: MLflowDatabaseStore, _ path: String, _ nowMs: Int64,
    _ counts: inout MLflowImportCounts
  ) async throws {
    let project = project
    for line in try source.lines("model_versions", where: "name = ?", [name], order: "version") {
      guard line.text("current_stage") != "Deleted_Internal",
        let number = line.integer("version").flatMap({ Int(exactly: $0) })
      else { continue }
      let run = RunID(line.text("run_id"))
      let location = line.text("storage_location")
      let origin = location.isEmpty ? line.text("source") : location
      var draft = ModelVersionDraft(
        registrationKey: "mlflow:\(path):\(name):\(number)", source: origin,
        description: line.text("description"), user: line.text("user_id"),
        runLink: line.text("run_link"))
      draft.run = try await known(run)
      if Self.localPath(origin) != nil {
        let target = "mlflow-artifacts:/imported/\(name)/\(number)"
        counts.artifacts += try await takeArtifacts(from: origin, to: target, nowMs, &counts)
        draft.source = target
      }
      let wanted = draft
      let stage = ModelStage(rawValue: line.text("current_stage")) ?? .none
      let tags = try source.lines(
        "model_version_tags", where: "name = ? AND version = ?", [name, number], order: "key"
      ).map { ($0.text("key"), $0.text("value")) }
      let kept = try await ledger.write { db in
        try ModelStore.reserveVersions(below: number, of: name, project: project, in: db)
        let version = try ModelStore.createVersion(
          of: name, wanted, project: project, nowMs: nowMs, in: db
        ).version
        try ModelStore.change(
          version, of: name, stage: stage, project: project, nowMs: nowMs, in: db)
        for (key, value) in tags {
          try ModelStore.setTag(
            key, value, ofVersion: version, of: name, project: project, nowMs: nowMs, in: db)
        }
        return version
      }
      counts.modelVersions += 1
      if kept != number {
        counts.remarks.append("Version \(number) of \(name) is version \(kept) here.")
      }
    }
  }

  private func known(_ run: RunID?) async throws -> RunID? {
    guard let run else { return nil }
    return try await ledger.read { db in try RunRecord.find(run, in: db) == nil ? nil : run }
  }
}
