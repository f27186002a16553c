public import Basics

/// A file that the factory logs itself: its bytes are in the object store already.
public struct RunArtifact: Sendable, Equatable {
  /// Path below the run's artifacts.
  public var name: String
  /// The object with its bytes.
  public var sha256: ObjectDigest
  /// Size in bytes.
  public var bytes: Int64

  /// Takes every value as it is.
  public init(name: String, sha256: ObjectDigest, bytes: Int64) {
    self.name = name
    self.sha256 = sha256
    self.bytes = bytes
  }

  /// Stores a text.
  public static func text(
    _ name: String, _ text: String, in objects: ObjectStore
  ) async throws -> RunArtifact {
    let bytes = Array(text.utf8)
    return RunArtifact(
      name: name, sha256: try await objects.put(bytes: bytes), bytes: Int64(bytes.count))
  }

  /// Those files of a stored folder that are there.
  public static func files(
    _ names: [String], of folder: ObjectDigest, in objects: ObjectStore
  ) throws -> [RunArtifact] {
    try objects.manifest(folder).files.filter { names.contains($0.path) }.map {
      RunArtifact(name: $0.path, sha256: $0.sha256, bytes: $0.bytes)
    }
  }
}

extension Run {
  /// Where its artifacts lie among those that this factory keeps; nil where another store has them.
  public var artifactFolder: String? {
    let scheme = "mlflow-artifacts:/"
    guard artifactLocation.hasPrefix(scheme) else { return nil }
    let path = artifactLocation.dropFirst(scheme.count)
    // Two slashes: a server's name follows.
    guard !path.hasPrefix("/") else { return nil }
    return path.split(separator: "/").joined(separator: "/")
  }
}
