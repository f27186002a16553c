import MLflowProtocol
import Basics
import Experimentation
import Hummingbird
import NIOCore
import TestSupport
import Testing

@testable import FactoryServer

@Suite(.timeLimit(.minutes(1))) struct MLflowUploadTests {
  private static let hour: Int64 = 3_600_000

  private func withUploads(
    _ body: (MLflowUploads, ObjectStore) async throws -> Void
  ) async throws {
    // The first ones are what every temporary ledger has.
    let home = try TemporaryLedger(
      Array(FactoryMigrations.all.dropFirst(BasicsMigrations.all.count)))
    let objects = ObjectStore(root: home.folder.path("objects"))
    try await body(
      MLflowUploads(MLflowArtifacts(ledger: home.ledger, objects: objects)), objects)
    withExtendedLifetime(home) {}
  }

  private static func body(_ text: String) -> RequestBody {
    RequestBody(buffer: ByteBuffer(string: text))
  }

  @Test func `an upload for which nothing comes for a day is removed with its parts`() async throws
  {
    try await withUploads { uploads, objects in
      let start: Int64 = 1_000_000_000_000
      let left = try await uploads.create("0/left", parts: 2, nowMs: start)
      _ = try await uploads.put(
        part: 1, of: left.id, bytes: 3, body: Self.body("abc"), nowMs: start + 20 * Self.hour)
      // Nearly a day after the last part, but more than one after the start.
      try await uploads.removeStale(nowMs: start + 40 * Self.hour)
      #expect(try PartedObject.all(in: objects).map(\.rawValue) == [left.id])
      let other = try await uploads.create("0/other", parts: 1, nowMs: start + 45 * Self.hour)
      #expect(try PartedObject.all(in: objects).map(\.rawValue) == [other.id])
      await #expect(throws: ExperimentationError.self) {
        _ = try await uploads.put(
          part: 2, of: left.id, bytes: 1, body: Self.body("d"), nowMs: start + 45 * Self.hour)
      }
    }
  }

  @Test func `a part of another length than announced is refused`() async throws {
    try await withUploads { uploads, objects in
      let upload = try await uploads.create("0/file", parts: 2, nowMs: 0)
      for text in ["ab", "abcd"] {
        await #expect(throws: MLflowFailure.self) {
          _ = try await uploads.put(
            part: 1, of: upload.id, bytes: 3, body: Self.body(text), nowMs: 0)
        }
      }
      // All parts but the last have one size.
      let third = try await uploads.create("0/third", parts: 3, nowMs: 0)
      _ = try await uploads.put(part: 1, of: third.id, bytes: 3, body: Self.body("abc"), nowMs: 0)
      await #expect(throws: ExperimentationError.self) {
        _ = try await uploads.put(
          part: 2, of: third.id, bytes: 2, body: Self.body("de"), nowMs: 0)
      }
    }
  }

  @Test func `what is joined is the parts in their order`() async throws {
    try await withUploads { uploads, objects in
      let upload = try await uploads.create("0/file", parts: 3, nowMs: 0)
      var tags: [Int: String] = [:]
      for (number, text) in [(3, "g"), (1, "abc"), (2, "def")] {
        let part = try await uploads.put(
          part: number, of: upload.id, bytes: Int64(text.utf8.count), body: Self.body(text),
          nowMs: 0)
        tags[number] = part.sha256.hex
      }
      try await uploads.complete(upload.id, "0/file", parts: tags, nowMs: 0)
      #expect(try objects.read(ObjectDigest(of: "abcdefg")) == Array("abcdefg".utf8))
      #expect(try PartedObject.all(in: objects).isEmpty)
    }
  }
}
