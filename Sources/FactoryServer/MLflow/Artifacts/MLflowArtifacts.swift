import Basics
import Experimentation
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
    for try await chunk in body {
      try chunk.withUnsafeReadableBytes { try writer.write($0) }
    }
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
    guard let found else {
      throw ExperimentationError(.artifactNotFound, "No such artifact: '\(path)'")
    }
    return found
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

  /// A file as an answer, piece by piece.
  func response(_ file: ArtifactFile) throws -> Response {
    let objects = objects
    guard objects.contains(file.sha256) else {
      throw MLflowFailure(.internalError, "The bytes of the artifact '\(file.path)' are missing.")
    }
    let name = file.path.split(separator: "/").last.map(String.init) ?? "artifact"
    return Response(
      status: .ok, headers: MLflowMediaType.headers(forFile: name),
      body: ResponseBody(contentLength: Int(file.bytes)) { writer in
        let source = try objects.open(file.sha256)
        let size = 1 << 18
        while true {
          var buffer = ByteBufferAllocator().buffer(capacity: size)
          let count = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { bytes in
            try source.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<size]))
          }
          if count == 0 { break }
          try await writer.write(buffer)
        }
        try await writer.finish(nil)
      })
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
  static func checked(_ path: String) throws -> String {
    let trimmed = path.split(separator: "/").joined(separator: "/")
    do {
      if !trimmed.isEmpty { _ = try safePath(trimmed, in: "") }
      guard !path.hasPrefix("/") else {
        throw MLflowFailure(.invalidParameterValue, "Invalid path: \(path)")
      }
    } catch let error as BasicsError {
      throw MLflowFailure(.invalidParameterValue, "Invalid path: \(error.message)")
    }
    return trimmed
  }
}
