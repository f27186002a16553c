import AsyncHTTPClient
import Basics
import Foundation
import Glibc
import NIOCore
import NIOHTTP1

/// How a source that is not on this machine is reached.
enum RemoteScheme: String {
  case http, https, s3

  /// The scheme of a source, or nil if it is a path.
  init?(of source: String) {
    guard let range = source.range(of: "://") else { return nil }
    self.init(rawValue: source[..<range.lowerBound].lowercased())
  }
}

/// One thing to download.
struct RemoteObject: Equatable {
  /// As people know it.
  var name: String
  var url: String
  /// Whether requests are signed for S3.
  var isS3: Bool
}

/// Bounds and credentials of downloads.
struct DownloadSettings: Sendable {
  var credentials: S3Credentials?
  var region: String
  /// Another server than Amazon's that speaks S3.
  var endpoint: String?
  var greatestBytes: Int64 = 1 << 40
  /// How often a broken download is taken up again.
  var attempts = 5
  /// Pause before the second attempt; doubles each time.
  var firstPauseMs: UInt64 = 500

  /// The usual `AWS_*` variables.
  static func fromEnvironment(
    _ environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> DownloadSettings {
    var credentials: S3Credentials?
    if let key = environment["AWS_ACCESS_KEY_ID"], let secret = environment["AWS_SECRET_ACCESS_KEY"]
    {
      credentials = S3Credentials(
        accessKey: key, secretKey: secret, sessionToken: environment["AWS_SESSION_TOKEN"])
    }
    return DownloadSettings(
      credentials: credentials,
      region: environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "us-east-1",
      endpoint: environment["AWS_ENDPOINT_URL_S3"] ?? environment["AWS_ENDPOINT_URL"])
  }
}

extension SourceIntake {
  /// What a URL names: one object, or those under an S3 prefix or pattern.
  func remoteObjects(_ source: String, scheme: RemoteScheme) async throws -> [RemoteObject] {
    guard scheme == .s3 else { return [RemoteObject(name: source, url: source, isS3: false)] }
    let address = try S3Address(source, settings: downloads)
    guard address.isPattern else {
      return [RemoteObject(name: source, url: address.url(ofKey: address.key), isS3: true)]
    }
    let keys = try await list(address).filter { address.matches($0) }
    guard !keys.isEmpty else {
      throw DataError(
        .sourceMissing, "No object matches \(source).", hint: "Check the bucket and the prefix.")
    }
    return keys.sorted().map {
      RemoteObject(name: "s3://\(address.bucket)/\($0)", url: address.url(ofKey: $0), isS3: true)
    }
  }

  private func list(_ address: S3Address) async throws -> [String] {
    var keys: [String] = []
    var continuation: String?
    repeat {
      let url = address.listURL(continuation: continuation)
      let page = try await retrying(address.source) { () async throws -> S3ListPage in
        let response = try await HTTPClient.shared.execute(
          self.request(url, isS3: true, from: 0), timeout: .seconds(60))
        try self.refuse(response, name: address.source)
        let body = try await response.body.collect(upTo: 16 << 20)
        return S3ListPage(xml: String(buffer: body))
      }
      keys += page.keys
      continuation = page.continuation
      guard keys.count <= 100_000 else {
        throw DataError(
          .sourceRefused, "\(address.source) names more than 100,000 objects.",
          hint: "Choose a narrower prefix.")
      }
    } while continuation != nil
    return keys
  }

  /// Streams one object into the store; a broken connection is taken up where it broke.
  func download(_ object: RemoteObject, part: String) async throws -> DatasetManifest.Source {
    let transfer = Transfer(writer: try objects.writer())
    try await retrying(object.name) {
      try await self.receive(object, into: transfer)
    }
    let writer = transfer.writer
    let bytes = writer.byteCount
    let digest = try await offTask { try writer.finish() }
    return DatasetManifest.Source(
      name: object.name, sha256: digest.hex, bytes: bytes, part: part)
  }

  private func receive(_ object: RemoteObject, into transfer: Transfer) async throws {
    let offset = transfer.writer.byteCount
    let request = try self.request(object.url, isS3: object.isS3, from: offset)
    let response = try await HTTPClient.shared.execute(request, deadline: .now() + .hours(24))
    if offset > 0, response.status.code == 416, transfer.expected == offset {
      return
    }
    try refuse(response, name: object.name)
    let tag = response.headers.first(name: "etag")
    if offset > 0 {
      guard response.status == .partialContent, tag == transfer.tag else {
        // The server cannot continue, or the object is another one by now.
        try transfer.restart(objects)
        throw BrokenTransfer(reason: "the server does not continue a download")
      }
    } else {
      transfer.tag = tag
      transfer.expected = response.headers.first(name: "content-length").flatMap { Int64($0) }
    }
    if let expected = transfer.expected, expected > downloads.greatestBytes {
      throw tooLarge(object)
    }
    for try await chunk in response.body {
      try Task.checkCancellation()
      try chunk.withUnsafeReadableBytes { try transfer.writer.write($0) }
      if transfer.writer.byteCount > downloads.greatestBytes { throw tooLarge(object) }
    }
    if let expected = transfer.expected, transfer.writer.byteCount != expected {
      throw BrokenTransfer(
        reason: "\(transfer.writer.byteCount) of \(expected) bytes arrived")
    }
  }

  private func tooLarge(_ object: RemoteObject) -> DataError {
    DataError(
      .sourceRefused, "\(object.name) has more than \(downloads.greatestBytes) bytes.",
      hint: "Take a part of it.")
  }

  private func request(
    _ url: String, isS3: Bool, from offset: Int64
  ) throws -> HTTPClientRequest {
    var headers: [(String, String)] = [("user-agent", "aifactory")]
    if offset > 0 { headers.append(("range", "bytes=\(offset)-")) }
    if isS3, let credentials = downloads.credentials {
      headers += try S3Signature(credentials: credentials, region: downloads.region)
        .headers(method: "GET", url: url, date: Date())
    }
    var request = HTTPClientRequest(url: url)
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    return request
  }

  private func refuse(_ response: HTTPClientResponse, name: String) throws {
    let status = response.status
    switch status.code {
    case 200..<300: return
    case 401, 403:
      throw DataError(
        .sourceRefused, "\(name) is refused (\(status.code)).",
        hint: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use a URL that is open to all.")
    case 404, 410:
      throw DataError(
        .sourceMissing, "\(name) does not exist (\(status.code)).", hint: "Check the URL.")
    case 408, 425, 429, 500...: throw BrokenTransfer(reason: "the server answers \(status.code)")
    default:
      throw DataError(
        .downloadFailed, "\(name) cannot be fetched: the server answers \(status.code).",
        hint: "Check the URL.")
    }
  }

  /// Tries again what may pass by itself: broken connections and busy servers.
  private func retrying<Value>(
    _ name: String, _ body: () async throws -> Value
  ) async throws -> Value {
    var pause = downloads.firstPauseMs
    for attempt in 1... {
      do {
        return try await body()
      } catch let error where isPassing(error) {
        guard attempt < downloads.attempts else {
          throw DataError(
            .downloadFailed, "\(name) could not be fetched in \(attempt) attempts: \(error).",
            hint: "Check the network and the name of the server.")
        }
        try await Task.sleep(nanoseconds: pause * 1_000_000)
        pause *= 2
      }
    }
    throw CancellationError()
  }

  private func isPassing(_ error: any Error) -> Bool {
    if error is CancellationError || error is DataError || error is BasicsError { return false }
    if let error = error as? HTTPClientError {
      return error != .invalidURL && error != .emptyHost && error != .emptyScheme
    }
    return true
  }
}

/// A download under way.
private final class Transfer {
  var writer: ObjectWriter
  var tag: String?
  var expected: Int64?

  init(writer: ObjectWriter) { self.writer = writer }

  func restart(_ objects: ObjectStore) throws {
    writer = try objects.writer()
    tag = nil
    expected = nil
  }
}

/// A download that broke and may be taken up again.
private struct BrokenTransfer: Error, CustomStringConvertible {
  var reason: String

  var description: String { reason }
}
