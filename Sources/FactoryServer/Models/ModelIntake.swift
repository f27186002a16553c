import API
import Basics
import Experimentation
import Serving

/// Makes a model version of files that are objects already.
struct ModelIntake {
  let files: ModelFiles
  let project: String

  /// Takes a version in; the same files of one model again are the version that was made then.
  func take(
    _ wish: ModelImportRequestWire, as name: String, nowMs: Int64
  ) async throws -> ModelImportWire {
    let manifest = try checked(wish.files)
    let digest = try manifest.digest
    if let package = wish.export?.package, package != digest.hex {
      throw ServingError(
        .modelFilesDiffer,
        "The files have the digest \(digest), those that were exported had \(package).",
        hint: "Export the version again.")
    }
    for text in [wish.export?.signature, wish.export?.provenance].compactMap({ $0 }) {
      _ = try JSONValue(parsing: text)
    }
    _ = try await files.objects.put(bytes: manifest.encoded())
    let draft = ModelVersionDraft(
      registrationKey: "import-\(digest)", package: digest.hex,
      signature: wish.export?.signature, provenance: wish.export?.provenance,
      description: wish.export?.description ?? "")
    let (export, project) = (wish.export, project)
    let (version, remarks) = try await files.ledger.write { db in
      let made = try ModelStore.createVersion(
        of: name, draft, project: project, nowMs: nowMs, in: db)
      for (key, value) in export?.tags ?? [:] {
        try ModelStore.setTag(
          key, value, ofVersion: made.version, of: name, project: project, in: db)
      }
      let known = try ModelStore.model(named: name, project: project, in: db).aliases
      var remarks: [String] = []
      for alias in export?.aliases ?? [] {
        if let other = known[alias], other != made.version {
          remarks.append("The alias \(alias) stays with version \(other).")
        } else {
          try ModelStore.setAlias(alias, of: name, to: made.version, project: project, in: db)
        }
      }
      return (
        try ModelStore.version(made.version, of: name, project: project, in: db), remarks
      )
    }
    return ModelImportWire(
      modelVersion: ModelVersionWire(version), files: manifest.files.count,
      bytes: manifest.totalBytes, remarks: remarks)
  }

  /// The manifest of files that are there and are a model.
  private func checked(_ wanted: [ModelExportWire.File]) throws -> FolderManifest {
    let entries = try wanted.map { file in
      guard let digest = ObjectDigest(hex: file.sha256),
        // From here it is too young for garbage collection, until its row is written.
        try files.objects.renew(digest, bytes: file.bytes)
      else {
        throw ServingError(
          .modelFilesMissing, "The bytes of \(visible(file.path)) have not come.",
          hint: "Send them to /api/v1/objects/\(file.sha256) first.")
      }
      return FolderManifest.Entry(path: file.path, sha256: digest, bytes: file.bytes)
    }
    // Read back as it will be: that refuses paths which leave the folder or occur twice.
    let manifest = try FolderManifest(encoded: FolderManifest(files: entries).encoded())
    guard manifest.files.contains(where: { $0.path == "MLmodel" || $0.path == "model.json" })
    else {
      throw ServingError(
        .modelFilesMissing, "The folder is no model: it has neither MLmodel nor model.json.",
        hint: "Name the folder that holds one of them.")
    }
    return manifest
  }
}
