import Basics
import Experimentation

/// A model package of the factory as MLflow's clients see it: a folder `packages/<digest>`.
struct MLflowPackage {
  static let folder = "packages"
  let digest: ObjectDigest
  /// What is asked for below the package; empty is the package itself.
  let below: String

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

  func file(in objects: ObjectStore) throws -> ArtifactFile? {
    try objects.manifest(digest).files.first { $0.path == below }.map {
      ArtifactFile(path: "\(Self.folder)/\(digest)/\(below)", sha256: $0.sha256, bytes: $0.bytes)
    }
  }

  func entries(in objects: ObjectStore) throws -> [ArtifactEntry] {
    let prefix = below.isEmpty ? "" : below + "/"
    var entries: [ArtifactEntry] = []
    for file in try objects.manifest(digest).files where file.path.hasPrefix(prefix) {
      let rest = file.path.dropFirst(prefix.count)
      guard let slash = rest.firstIndex(of: "/") else {
        entries.append(ArtifactEntry(name: String(rest), bytes: file.bytes))
        continue
      }
      let name = String(rest[..<slash])
      if entries.last?.name != name { entries.append(ArtifactEntry(name: name, bytes: nil)) }
    }
    return entries
  }
}
