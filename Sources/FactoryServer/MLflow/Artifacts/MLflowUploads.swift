import MLflowProtocol
import Basics
import Compute
import Experimentation
import Hummingbird
import Logging
import ServiceLifecycle
import Synchronization

/// Artifacts that arrive in parts: several at once, again where one failed, over hours.
final class MLflowUploads: Sendable {
  /// How long an upload is kept for which nothing comes.
  static let graceMs: Int64 = 24 * 3_600_000
  /// The most parts of one upload; S3's number.
  static let partLimit = 10_000

  private let artifacts: MLflowArtifacts
  /// What goes on with an upload now.
  private enum Activity {
    case parts(Set<Int>)
    /// It is joined or removed: no part may be written meanwhile.
    case whole
  }
  private let activities = Mutex<[String: Activity]>([:])

  init(_ artifacts: MLflowArtifacts) { self.artifacts = artifacts }

  private var ledger: Ledger { artifacts.ledger }

  /// Begins an upload; what stale ones have left is removed.
  func create(_ path: String, parts: Int, nowMs: Int64) async throws -> ArtifactUpload {
    try await removeStale(nowMs: nowMs)
    let upload = ArtifactUpload(id: "\(RunID.random())", path: path, parts: parts)
    let object = try parted(upload.id)
    try await offTask { try object.create() }
    try await ledger.write { try UploadStore.create(upload, nowMs: nowMs, in: $0) }
    return upload
  }

  /// Takes one part; answers when it is on disk.
  func put(
    part number: Int, of id: String, bytes: Int64, body: RequestBody, nowMs: Int64
  ) async throws -> UploadedPart {
    let object = try parted(id)
    return try await alone(id, part: number) {
      let upload = try await ledger.write { db in
        try UploadStore.expect(part: number, bytes: bytes, of: id, nowMs: nowMs, in: db)
      }
      let writer = try await offTask {
        number < upload.parts
          ? try object.writer(ofPart: number, bytes: bytes)
          : try object.writerOfLastPart(bytes: bytes)
      }
      try await ArtifactIntake.take(body, into: writer)
      guard let digest = try await offTask({ try writer.finish() }) else {
        throw MLflowFailure(
          .invalidParameterValue, "The part is shorter than its Content-Length.")
      }
      let part = UploadedPart(number: number, bytes: bytes, sha256: digest)
      try await ledger.write { try UploadStore.keep(part, of: id, nowMs: nowMs, in: $0) }
      return part
    }
  }

  /// Makes the artifact of its parts; asked again after that, it says yes again.
  ///
  /// - Parameter parts: tags of the parts by number, as they were answered; all must be there.
  func complete(_ id: String, _ path: String, parts: [Int: String], nowMs: Int64) async throws {
    let object = try parted(id)
    try await alone(id) {
      let (upload, kept) = try await ledger.read { db in
        (try UploadStore.upload(id, in: db), try UploadStore.parts(of: id, in: db))
      }
      guard upload.path == path else {
        throw MLflowFailure(.invalidParameterValue, "The upload is of '\(upload.path)'.")
      }
      if upload.sha256 != nil { return }
      let missing = Set(1...upload.parts).subtracting(kept.map(\.number)).sorted()
      guard missing.isEmpty, let last = kept.last else {
        throw MLflowFailure(
          .invalidParameterValue,
          "\(missing.count) of \(upload.parts) parts are missing, first of all \(missing[0]).")
      }
      for part in kept where parts[part.number] != part.sha256.hex {
        throw MLflowFailure(
          .invalidParameterValue, "The tag of part \(part.number) is not that of what was uploaded."
        )
      }
      let front = kept.dropLast().reduce(0) { $0 + $1.bytes }
      let digest = try await offTask { try object.finish(front: front, last: last.bytes) }
      let file = ArtifactFile(path: path, sha256: digest, bytes: front + last.bytes)
      try await ledger.write { db in
        try UploadStore.complete(file, of: id, nowMs: nowMs, in: db)
      }
      try await offTask { try object.remove() }
    }
  }

  /// Ends an upload without an artifact; one that is not there is no error.
  func abort(_ id: String) async throws {
    let object = try parted(id)
    try await alone(id) {
      try await ledger.write { try UploadStore.delete(id, in: $0) }
      try await offTask { try object.remove() }
    }
  }

  /// Removes uploads for which nothing came for a day, and parts that no upload names.
  func removeStale(nowMs: Int64) async throws {
    let stale = try await ledger.write { db in
      try UploadStore.deleteStale(beforeMs: nowMs - Self.graceMs, in: db)
    }
    let known = try await ledger.read { try UploadStore.open(in: $0) }
    let objects = artifacts.objects
    try await offTask {
      for name in try PartedObject.all(in: objects) where !known.contains(name.rawValue) {
        let object = PartedObject(name, in: objects)
        // The folder of a new upload comes before its row.
        guard try stale.contains(name.rawValue) || object.age() > Self.graceMs / 1_000 else {
          continue
        }
        try object.remove()
      }
    }
  }

  private func parted(_ id: String) throws -> PartedObject {
    PartedObject(try SafeName(id, of: "upload"), in: artifacts.objects)
  }

  /// Runs work on a part, or on the whole upload, unless other work on the same goes on already.
  private func alone<Value>(
    _ id: String, part: Int? = nil, _ work: () async throws -> Value
  ) async throws -> Value {
    let isAlone = activities.withLock { activities in
      switch (activities[id], part) {
      case (nil, nil): activities[id] = .whole
      case (nil, let part?): activities[id] = .parts([part])
      case (.parts(let parts), let part?) where !parts.contains(part):
        activities[id] = .parts(parts.union([part]))
      case (.parts, _), (.whole, _): return false
      }
      return true
    }
    guard isAlone else {
      // Clients ask again after a 503; what is written now will be done by then.
      throw MLflowFailure(.unavailable, "Another request writes the same now.")
    }
    defer {
      activities.withLock { activities in
        guard let part, case .parts(var parts) = activities[id], parts.count > 1 else {
          activities[id] = nil
          return
        }
        parts.remove(part)
        activities[id] = .parts(parts)
      }
    }
    return try await work()
  }
}

/// Removes what uploads have left that nobody goes on with, while the server runs.
struct StaleUploads: Service {
  private static let seconds = 3_600
  let artifacts: MLflowArtifacts
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          try await MLflowUploads(artifacts).removeStale(nowMs: systemTimeMs())
        } catch {
          logger.warning("stale uploads could not be removed", metadata: ["error": "\(error)"])
        }
        // Cancellation ends the wait, and with it the loop.
        try? await Task.sleep(for: .seconds(Self.seconds))
      }
    }
  }
}
