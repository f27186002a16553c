import MLflowProtocol
import Basics
import Experimentation
import Foundation
import Hummingbird
import NIOCore

/// The tree of all artifacts that MLflow's clients see, over the ledger and the object store.
struct MLflowArtifacts {
  let ledger: Ledger
  let objects: ObjectStore

  private var store: ArtifactStore { ArtifactStore(ledger: ledger) }

  /// Takes a file while it arrives; answers when it is on disk and named.
  func put(_ path: String, body: RequestBody, nowMs: Int64) async throws {
    let writer = try objects.writer()
    try await ArtifactIntake.take(body, into: writer)
    let lease = ObjectLeases.ofThisProcess.begin(nowMs: nowMs)
    defer { withExtendedLifetime(lease) {} }
    let digest = try await offTask { try writer.finish() }
    let file = ArtifactFile(path: path, sha256: digest, bytes: writer.byteCount)
    try await ledger.write { try ArtifactStore.put(file, nowMs: nowMs, in: $0) }
  }

  /// The file of that path.
  func file(_ path: String) async throws -> ArtifactFile {
    let found =
      if let package = MLflowPackage(path: path) {
        try package.file(in: objects)
      } else {
        try await store.file(path)
      }
    if let found { return found }
    if try await !list(path).isEmpty {
      throw MLflowFailure(
        .invalidParameterValue, "Artifact path refers to a directory, not a file: '\(path)'")
    }
    throw ExperimentationError(.artifactNotFound, "No such artifact: '\(path)'")
  }

  /// The names in a folder.
  func list(_ folder: String) async throws -> [ArtifactEntry] {
    if let package = MLflowPackage(path: folder) { return try package.entries(in: objects) }
    return try await store.list(folder)
  }

  /// Forgets a file or a folder.
  func delete(_ path: String) async throws {
    guard MLflowPackage(path: path) == nil else {
      throw MLflowFailure(
        .permissionDenied, "The files of a model package are part of its version.")
    }
    try await ledger.write { try ArtifactStore.delete(path, in: $0) }
  }

  /// A file, or the part of it that is asked for, as an answer.
  func response(_ file: ArtifactFile, to request: Request) async throws -> Response {
    try await ArtifactOutflow(objects: objects).response(file, to: request)
  }

  /// The place of a URI in the tree; other stores are their clients' own business.
  static func path(ofURI uri: String) throws -> String {
    let scheme = "mlflow-artifacts:"
    guard uri.hasPrefix(scheme) else {
      throw MLflowFailure(
        .invalidParameterValue, "The artifacts at '\(uri)' are not kept by this server.")
    }
    var rest = uri.dropFirst(scheme.count)
    if rest.hasPrefix("//") {
      rest = rest.dropFirst(2).drop { $0 != "/" }
    }
    return rest.split(separator: "/").joined(separator: "/")
  }

  /// A path that stays in its folder.
  ///
  /// What would leave it once more decoded is refused too, and so are the drives of Windows.
  static func checked(_ path: String) throws -> String {
    let trimmed = path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    let drive = path.prefix(2)
    guard !path.hasPrefix("/"), drive.last != ":" || drive.first?.isLetter != true else {
      throw invalidPath
    }
    if trimmed.isEmpty { return trimmed }
    var decoded = trimmed
    while let once = decoded.removingPercentEncoding, once != decoded { decoded = once }
    for text in [trimmed, decoded] {
      guard !text.hasPrefix("/"), (try? safePath(text, in: "")) != nil else {
        // Clients know the text and ask for no reason.
        throw invalidPath
      }
    }
    return trimmed
  }

  static let invalidPath = MLflowFailure(.invalidParameterValue, "Invalid path")
}
