import Basics
import Experimentation

/// A model package of the factory as MLflow's clients see it: a folder `packages/<digest>` with an
/// `MLmodel`, so that `mlflow.pyfunc.load_model` can load what a workflow trained.
struct MLflowPackage {
  static let folder = "packages"
  let digest: ObjectDigest
  /// What is asked for below the package; empty is the package itself.
  let below: String

  /// The package of that digest.
  init(digest: ObjectDigest) {
    self.digest = digest
    below = ""
  }

  /// Nil where the path is no package's.
  init?(path: String) {
    let parts = path.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
    guard parts.count >= 2, parts[0] == Self.folder,
      let digest = ObjectDigest(hex: String(parts[1]))
    else { return nil }
    self.digest = digest
    below = parts.count > 2 ? String(parts[2]) : ""
  }

  /// Where clients find the files of a package.
  static func uri(of digest: String) -> String { "mlflow-artifacts:/\(folder)/\(digest)" }

  /// The file that is asked for; nil where there is none.
  func file(in objects: ObjectStore) throws -> ArtifactFile? {
    let path = "\(Self.folder)/\(digest)/\(below)"
    if let text = try added(in: objects)[below] {
      let bytes = Array(text.utf8)
      return ArtifactFile(
        path: path, sha256: try objects.insert(bytes: bytes), bytes: Int64(bytes.count))
    }
    return try files(in: objects).first { $0.path == below }.map {
      ArtifactFile(path: path, sha256: $0.sha256, bytes: $0.bytes)
    }
  }

  /// The names in the folder that is asked for.
  func entries(in objects: ObjectStore) throws -> [ArtifactEntry] {
    let prefix = below.isEmpty ? "" : below + "/"
    var all = try files(in: objects).map { ($0.path, $0.bytes) }
    all += try added(in: objects).map { ($0.key, Int64($0.value.utf8.count)) }
    var entries: [String: ArtifactEntry] = [:]
    for (path, bytes) in all where path.hasPrefix(prefix) {
      let rest = path.dropFirst(prefix.count)
      let slash = rest.firstIndex(of: "/")
      let name = String(slash.map { rest[..<$0] } ?? rest)
      entries[name] = ArtifactEntry(name: name, bytes: slash == nil ? bytes : nil)
    }
    return entries.values.sorted { $0.name < $1.name }
  }

  /// All files of the package, those that it lacks to be a model of MLflow's made up.
  func everyFile(
    in objects: ObjectStore
  ) throws -> (own: [FolderManifest.Entry], added: [FolderManifest.Entry]) {
    let added = try added(in: objects).map { path, text in
      let bytes = Array(text.utf8)
      return FolderManifest.Entry(
        path: path, sha256: try objects.insert(bytes: bytes), bytes: Int64(bytes.count))
    }
    return (try files(in: objects), added.sorted { $0.path < $1.path })
  }

  private func files(in objects: ObjectStore) throws -> [FolderManifest.Entry] {
    guard objects.contains(digest) else { return [] }
    return try objects.manifest(digest).files
  }

  /// What the package lacks to be a model of MLflow's, by path.
  private func added(in objects: ObjectStore) throws -> [String: String] {
    let files = try files(in: objects)
    guard files.contains(where: { $0.path == "model.json" }),
      !files.contains(where: { $0.path == "MLmodel" })
    else { return [:] }
    return [
      "MLmodel": """
      flavors:
        python_function:
          code: code
          env:
            virtualenv: python_env.yaml
          loader_module: aifactory_package
          python_version: 3.11.0
      mlflow_version: \(MLflowVersion.current)
      model_uuid: \(digest.hex.prefix(32))
      utc_time_created: '1970-01-01 00:00:00.000000'

      """,
      "code/aifactory_package.py": MLflowPackageCode.module,
      "python_env.yaml": "python: 3.11.0\ndependencies:\n- -r requirements.txt\n",
      "requirements.txt": "mlflow\nnumpy\npandas\nxgboost\n",
    ]
  }
}
