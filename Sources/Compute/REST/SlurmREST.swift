import AsyncHTTPClient
import Basics
import Foundation
import JSONCoding
import NIOCore
import NIOHTTP1

/// Slurm's REST service, asked with a token of the member's own.
struct SlurmREST: Sendable {
  let rest: RESTOptions
  /// Longer than this no request may take.
  var patience = Duration.seconds(60)
  let offer = RESTOffer()

  /// Most bytes of an answer: ten thousand jobs have some 40 MB.
  private static let answerLimit = 512 << 20
  /// Requests that go at once where there are many.
  static let requestsAtOnce = 4

  init(_ rest: RESTOptions) { self.rest = rest }

  // MARK: Asking

  /// Asks the controller's part.
  ///
  /// - Parameter keys: what is kept of the elements of its lists; nil keeps all.
  /// - Returns: the answer, which may be of complaints alone.
  /// - Throws: `JobError` with `siteUnreachable` where nobody answers, or the token is not good.
  func control(
    _ path: String, _ method: HTTPMethod = .GET, _ body: JSONValue? = nil,
    keys: Set<String>? = nil
  ) async throws -> RESTAnswer {
    let version = try await versions().control
    return try await ask(method, "/slurm/v0.0.\(version)/\(path)", body, keys: keys)
  }

  /// Asks the accounts' part; nil where there is none.
  func accounts(_ path: String) async throws -> RESTAnswer? {
    guard let version = try await versions().accounts else { return nil }
    return try await ask(.GET, "/slurmdb/v0.0.\(version)/\(path)", nil, keys: nil)
  }

  /// The versions to ask by.
  func versions() async throws -> RESTVersions {
    if let known = offer.versions { return known }
    let answer = try await ask(.GET, "/openapi", nil, keys: nil)
    let paths = (answer.members["paths"]?.objectValue ?? []).map(\.key)
    guard let versions = RESTVersions(paths: paths) else {
      let there = RESTVersions.names(RESTVersions.offered(paths, "/slurm/"))
      throw JobError(
        .siteUnreachable,
        "slurmrestd at \(rest.url) speaks \(there.isEmpty ? "no version of its API" : there)",
        hint: "Understood are \(RESTVersions.names(RESTVersions.understood)): "
          + "slurmrestd's option -s names the plug-ins that it loads.")
    }
    offer.versions = versions
    return versions
  }

  private func ask(
    _ method: HTTPMethod, _ path: String, _ body: JSONValue?, keys: Set<String>?
  ) async throws -> RESTAnswer {
    let token = try await rest.token()
    let (status, bytes) = try await send(method, path, body, token)
    if status == 401 || status == 403 {
      throw expired(token)
        ?? JobError(
          .siteUnreachable, "slurmrestd at \(rest.url) does not take the token of '\(rest.user)'",
          hint: "Is it a token of this cluster? \(rest.renewal)")
    }
    do {
      let answer = try RESTAnswer(status: status, bytes, keys: keys)
      // Slurm itself calls that an unspecified error.
      if !answer.isSuccess, let trouble = expired(token) { throw trouble }
      return answer
    } catch is JSONError {
      // It was updated, and speaks another version.
      if status == 404 || status == 405 { offer.versions = nil }
      let words = String(decoding: bytes.prefix(200), as: UTF8.self)
      throw JobError(
        .siteUnreachable, "slurmrestd at \(rest.url) answers HTTP \(status): \(words)",
        hint: "Is that the address of slurmrestd itself? `aifactory sites show` has it.")
    }
  }

  private func send(
    _ method: HTTPMethod, _ path: String, _ body: JSONValue?, _ token: RESTToken
  ) async throws -> (status: Int, bytes: [UInt8]) {
    var request = HTTPClientRequest(url: rest.url + path)
    request.method = method
    request.headers.add(name: "X-SLURM-USER-NAME", value: rest.user)
    request.headers.add(name: "X-SLURM-USER-TOKEN", value: token.text)
    request.headers.add(name: "Accept", value: "application/json")
    if let body {
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: body.encoded()))
    }
    do {
      let response = try await RESTClient.shared.execute(
        request, timeout: .nanoseconds(patience.nanoseconds))
      let bytes = try await response.body.collect(upTo: Self.answerLimit)
      return (Int(response.status.code), Array(bytes.readableBytesView))
    } catch let error as CancellationError {
      throw error
    } catch {
      let late = error as? HTTPClientError == .deadlineExceeded
      throw JobError(
        .siteUnreachable,
        "slurmrestd at \(rest.url) does not answer\(late ? " within \(patience)" : ": \(error)")",
        hint: "Is it running, and the way there open? `curl \(rest.url)/openapi` tells.")
    }
  }

  // MARK: Complaints

  /// What is to be said of a token whose time is over; nil of one that is good.
  private func expired(_ token: RESTToken) -> JobError? {
    guard let at = token.expiresAtMs else { return nil }
    let age = Int64(Date().timeIntervalSince1970 * 1_000) - at
    guard age >= 0 else { return nil }
    return JobError(
      .siteUnreachable,
      "the token of '\(rest.user)' for slurmrestd expired \(Self.words(ofMs: age)) ago",
      hint: rest.renewal)
  }

  /// The error for an answer of complaints, or of less than was asked for.
  func unreachable(_ answer: RESTAnswer) async throws -> JobError {
    if let trouble = expired(try await rest.token()) { return trouble }
    // Slurm says so of a token that it does not take, or says nothing.
    let isVague =
      answer.isSuccess || answer.complaints.contains { $0.number == -1 || $0.number == 1_007 }
    let words = answer.isSuccess ? "its controller does not answer" : answer.words
    return JobError(
      .siteUnreachable, "slurmrestd says: \(words)",
      hint: isVague
        ? "Slurm does not take the token, or its controller is away: is the token of this cluster, "
          + "and what does `scontrol ping` say there?"
        : "`aifactory sites test` looks at each part of the site.")
  }

  /// A length of time for people.
  static func words(ofMs milliseconds: Int64) -> String {
    "\(TimeSpan(milliseconds: milliseconds / 1_000 * 1_000))"
  }
}

extension Duration {
  fileprivate var nanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
}
