import Basics
import Foundation
import TestSupport
import Testing

@testable import DataPipelines

@Suite struct SourceIntakeTests {
  private func settings(_ server: LoopbackServer? = nil) -> DownloadSettings {
    DownloadSettings(
      credentials: S3Credentials(accessKey: "key", secretKey: "secret", sessionToken: nil),
      region: "us-east-1", endpoint: server.map { "http://127.0.0.1:\($0.port)" }, attempts: 3,
      firstPauseMs: 1)
  }

  private func take(
    _ source: String, in folder: TemporaryFolder, settings: DownloadSettings,
    takesAllFiles: Bool? = nil
  ) async throws -> [DatasetManifest.Source] {
    let store = ObjectStore(root: folder.path("objects"))
    let request = IntakeRequest(
      sources: [.init(source: source, part: "data", takesAllFiles: takesAllFiles)],
      baseFolder: folder.path, objectsFolder: store.root)
    return try await SourceIntake(objects: store, downloads: settings).take(request).sources
  }

  private func bytes(of source: DatasetManifest.Source, in folder: TemporaryFolder) throws
    -> [UInt8]
  {
    let store = ObjectStore(root: folder.path("objects"))
    return try store.read(try #require(ObjectDigest(hex: source.sha256)))
  }

  @Test func `A file, a glob and a folder are taken in by name`() async throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.path("in"), withIntermediateDirectories: true)
    for name in ["b.csv", "a.csv", "notes.md"] {
      try Data("x,y\n\(name),1\n".utf8).write(to: URL(fileURLWithPath: folder.path("in/\(name)")))
    }
    let one = try await take("in/a.csv", in: folder, settings: settings())
    #expect(one.map(\.name) == ["in/a.csv"])
    #expect(try bytes(of: one[0], in: folder) == Array("x,y\na.csv,1\n".utf8))
    let all = try await take("in", in: folder, settings: settings())
    #expect(all.map(\.name) == ["in/a.csv", "in/b.csv"])
    let globbed = try await take("in/*.csv", in: folder, settings: settings())
    #expect(globbed == all)
  }

  @Test func `all files below a folder are those of inner folders and of any kind`() async throws {
    let folder = try TemporaryFolder()
    for name in ["cat/2.png", "cat/1.png", "dog/a b.wav", "labels", ".git/config", "cat/.hidden"] {
      try folder.write(name, to: "in/" + name)
    }
    // One leads to where it lies, one elsewhere.
    symlink("..", folder.path("in/dog/loop"))
    try folder.write("x", to: "elsewhere/far.txt")
    symlink(folder.path("elsewhere"), folder.path("in/linked"))
    let all = try await take("in/", in: folder, settings: settings(), takesAllFiles: true)
    #expect(
      all.map(\.name) == [
        "in/cat/1.png", "in/cat/2.png", "in/dog/a b.wav", "in/labels", "in/linked/far.txt",
      ])
    let one = try await take("in/labels", in: folder, settings: settings(), takesAllFiles: true)
    #expect(one.map(\.name) == ["in/labels"])
    try folder.write("", to: "empty/.hidden")
    await #expect(throws: DataError.self) {
      try await take("empty", in: folder, settings: settings(), takesAllFiles: true)
    }
  }

  @Test(arguments: ["none.csv", "none-*.csv"])
  func `A source that is not there is named`(source: String) async throws {
    let folder = try TemporaryFolder()
    await #expect(throws: DataError.self) {
      try await take(source, in: folder, settings: settings())
    }
  }

  @Test func `A download that breaks is taken up where it broke`() async throws {
    let body = (0..<200_000).map { UInt8($0 & 127) }
    let server = try LoopbackServer { request, number in
      let start =
        request.headers["range"]
        .flatMap { Int($0.dropFirst("bytes=".count).dropLast()) } ?? 0
      return LoopbackServer.Response(
        status: start > 0 ? 206 : 200, headers: ["etag": "\"1\""], body: Array(body[start...]),
        cutAfter: number == 1 ? 70_000 : nil)
    }
    let folder = try TemporaryFolder()
    let sources = try await take(
      "http://127.0.0.1:\(server.port)/t.csv", in: folder, settings: settings())
    #expect(sources[0].bytes == 200_000)
    #expect(try bytes(of: sources[0], in: folder) == body)
    #expect(server.log.count == 2)
  }

  @Test func `A server that stays busy is given up with a sentence`() async throws {
    let server = try LoopbackServer { _, _ in LoopbackServer.Response(status: 503) }
    let folder = try TemporaryFolder()
    let error = await #expect(throws: DataError.self) {
      try await take("http://127.0.0.1:\(server.port)/t.csv", in: folder, settings: settings())
    }
    #expect(error?.code == .downloadFailed)
    #expect(server.log.count == 3)
  }

  @Test func `A download above the bound is refused`() async throws {
    let server = try LoopbackServer { _, _ in
      LoopbackServer.Response(body: [UInt8](repeating: 65, count: 5_000))
    }
    var bounded = settings()
    bounded.greatestBytes = 1_000
    let folder = try TemporaryFolder()
    let error = await #expect(throws: DataError.self) {
      try await take("http://127.0.0.1:\(server.port)/t.csv", in: folder, settings: bounded)
    }
    #expect(error?.code == .sourceRefused)
  }

  @Test func `An S3 prefix is listed page by page, signed, and each object taken in`() async throws
  {
    let server = try LoopbackServer { request, _ in
      guard request.headers["authorization"]?.contains("Credential=key/") == true else {
        return LoopbackServer.Response(status: 403)
      }
      if request.path == "/bucket/" {
        let isSecond = request.query.contains("continuation-token=more")
        let xml =
          isSecond
          ? "<R><IsTruncated>false</IsTruncated><C><Key>d/b &amp; c.csv</Key></C></R>"
          : "<R><IsTruncated>true</IsTruncated><NextContinuationToken>more</NextContinuationToken>"
            + "<C><Key>d/a.csv</Key></C></R>"
        return LoopbackServer.Response(body: Array(xml.utf8))
      }
      return LoopbackServer.Response(body: Array(request.path.utf8))
    }
    let folder = try TemporaryFolder()
    let sources = try await take("s3://bucket/d/", in: folder, settings: settings(server))
    #expect(sources.map(\.name) == ["s3://bucket/d/a.csv", "s3://bucket/d/b & c.csv"])
    #expect(try bytes(of: sources[1], in: folder) == Array("/bucket/d/b%20%26%20c.csv".utf8))
  }

  @Test func `A signature is the one of Amazon's documentation`() throws {
    let signature = S3Signature(
      credentials: S3Credentials(
        accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
      region: "us-east-1")
    let headers = try signature.headers(
      method: "GET", url: "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J",
      date: Date(timeIntervalSince1970: 1_369_353_600))
    #expect(
      headers.last?.1.hasSuffix(
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7") == true)
  }
}
