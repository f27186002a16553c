import API
import Basics
import Experimentation
import Serving

/// The files of a model version, wherever it came from: a package that the factory made or took in,
/// or a folder that a client of MLflow's has logged.
struct ModelFiles: Sendable {
  let ledger: Ledger
  let objects: ObjectStore

  /// The files of one version.
  struct Folder: Sendable {
    /// Digest of the manifest.
    var digest: ObjectDigest
    var manifest: FolderManifest
    /// Whether the factory's own code can load it: else it is a model of MLflow's, for Python.
    var isPackage: Bool { has("model.json") }

    func has(_ path: String) -> Bool { manifest.files.contains { $0.path == path } }
  }

  /// What leaves the factory: the folder's files and, for a package, those that make it a model of
  /// MLflow's too.
  func exported(_ version: ModelVersion, in project: String) async throws -> ModelExportWire {
    let folder = try await folder(of: version, in: project)
    let all = try MLflowPackage(digest: folder.digest).everyFile(in: objects)
    func files(
      _ entries: [FolderManifest.Entry], isGenerated: Bool
    ) -> [ModelExportWire.File] {
      entries.map {
        ModelExportWire.File(
          path: $0.path, sha256: $0.sha256.hex, bytes: $0.bytes, isGenerated: isGenerated)
      }
    }
    let draft = version.draft
    return ModelExportWire(
      name: version.name, version: version.version, aliases: version.aliases, tags: version.tags,
      description: draft.description, signature: draft.signature, provenance: draft.provenance,
      package: folder.digest.hex,
      files: files(all.own, isGenerated: false) + files(all.added, isGenerated: true))
  }

  /// A version by number, by alias, or the newest.
  func version(
    _ number: Int?, alias: String?, of model: String, in project: String
  ) async throws -> ModelVersion {
    try await ledger.read { db in
      guard number == nil, let alias else {
        return try ModelStore.version(number, of: model, project: project, in: db)
      }
      return try ModelStore.version(alias: alias, of: model, project: project, in: db)
    }
  }

  /// The folder of a version; a manifest of it is an object from now on.
  ///
  /// - Throws: `model_files_missing` for a version whose files are elsewhere or are no model.
  func folder(of version: ModelVersion, in project: String) async throws -> Folder {
    let folder = try await found(version, in: project)
    guard folder.isPackage || folder.has("MLmodel") else {
      throw ServingError(
        .modelFilesMissing,
        "The files of \(version.name) \(version.version) are no model: among "
          + "\(folder.manifest.files.count) there is neither MLmodel nor model.json.",
        hint: "Register what log_model has written.")
    }
    return folder
  }

  private func found(_ version: ModelVersion, in project: String) async throws -> Folder {
    if let package = version.draft.package.flatMap({ ObjectDigest(hex: $0) }) {
      return Folder(digest: package, manifest: try objects.manifest(package))
    }
    let draft = version.draft
    let location = try await ledger.read { db in
      try MLflowSource.location(of: draft, project: project, in: db)
    }
    guard location.hasPrefix("mlflow-artifacts:") else {
      throw ServingError(
        .modelFilesMissing,
        "The files of \(version.name) \(version.version) are at \(location), not in this factory.",
        hint: "Download them, then: aifactory models import FOLDER --name \(version.name)")
    }
    let path = try MLflowArtifacts.path(ofURI: location)
    if let package = MLflowPackage(path: path), package.below.isEmpty {
      return Folder(digest: package.digest, manifest: try objects.manifest(package.digest))
    }
    let files = try await ledger.read { try ArtifactStore.files(below: path, in: $0) }
    guard !files.isEmpty else {
      throw ServingError(
        .modelFilesMissing,
        "\(version.name) \(version.version) has no files at \(location).",
        hint: "Register what log_model has written.")
    }
    let manifest = FolderManifest(
      files: files.map { file in
        FolderManifest.Entry(
          path: String(file.path.dropFirst(path.utf8.count + 1)), sha256: file.sha256,
          bytes: file.bytes)
      })
    return Folder(digest: try await objects.put(bytes: manifest.encoded()), manifest: manifest)
  }

  /// What Python must have to load a folder; nil for a package, which needs none.
  func environment(of folder: Folder) throws -> PythonEnvironment? {
    guard !folder.isPackage else { return nil }
    func text(_ path: String) throws -> String? {
      try folder.manifest.files.first { $0.path == path }.map {
        String(decoding: try objects.read($0.sha256), as: UTF8.self)
      }
    }
    return PythonEnvironment(
      requirements: try text("requirements.txt"), python: try text("python_env.yaml"))
  }
}
