import AsyncHTTPClient
import Basics
import Foundation
import Glibc
import NIOCore
import NIOHTTP1
import Testing

/// Services on this machine, with the real programs.
@Suite(.serialized, .timeLimit(.minutes(4))) struct ServiceEndToEndTests {
  /// A factory with a service `web` that is up.
  private func factory(_ words: String...) throws -> (FactoryProgram, ServiceUnderTest) {
    let factory = try FactoryProgram()
    try factory.write("server.py", ServiceUnderTest.program)
    let started = try factory.run(
      ["jobs", "submit", "--service", "web", "--wait", "--output", "json"] + words
        + ["--", "python3", "server.py"])
    #expect(started.status == 0, "\(started.output)\(started.errors)")
    #expect(started.json["state"] as? String == "up")
    return (factory, try ServiceUnderTest(factory))
  }

  @Test func `requests and answers go through as they are, but for the factory's own`()
    async throws
  {
    let (factory, service) = try factory("--ready", "/health")
    defer { factory.close() }
    let answer = try await service.ask(
      "/services/web/a%2Fb/c?x=1&y=%20",
      headers: [
        ("X-Own", "kept"), ("Cookie", "own=1; aifactory_session=x"),
        ("X-AIFactory-Secret", "guess"),
      ])
    #expect(answer.status == 200)
    #expect(answer.json["path"] as? String == "/a%2Fb/c?x=1&y=%20")
    let headers = try #require(answer.json["headers"] as? [String: String])
    #expect(headers["x-own"] == "kept")
    #expect(headers["cookie"] == "own=1")
    #expect(headers["authorization"] == nil, "the owner's token stays here")
    #expect(headers["x-forwarded-prefix"] == "/services/web")
    #expect(headers["x-forwarded-host"] == String(service.url.dropFirst("http://".count)))

    #expect(try await service.ask("/services/web/", isSigned: false).status == 401)
    let bare = try await service.ask("/services/web?q=1")
    #expect(bare.status == 308)
    #expect(bare.headers["location"] == "/services/web/?q=1")
    let moved = try await service.ask("/services/web/moved")
    #expect(moved.status == 302)
    #expect(moved.headers["location"] == "/services/web/elsewhere")
    #expect(try await service.ask("/services/other/").status == 404)
    let head = try await service.ask("/services/web/x", method: "HEAD")
    #expect(head.status == 501, "\(head.body): what the service itself does not know")
  }

  @Test func `bodies of any size stream both ways`() async throws {
    let (factory, service) = try factory()
    defer { factory.close() }
    let part = ByteBuffer(repeating: 7, count: 1 << 20)
    let server = try factory.serverFile().pid
    let before = try residentBytes(of: server)
    let sent = try await service.ask(
      "/services/web/upload", method: "POST",
      body: .stream(Repeated(part: part, count: 200), length: .known(Int64(200 << 20))))
    #expect(sent.json["bytes"] as? Int == 200 << 20)
    let grown = try residentBytes(of: server) - before
    #expect(grown < 64 << 20, "\(grown >> 20) MB for 200 MB")

    var request = HTTPClientRequest(url: service.url + "/services/web/stream")
    request.headers.add(name: "Authorization", value: "Bearer \(service.token)")
    let answer = try await ServiceUnderTest.client.execute(request, timeout: .seconds(30))
    let clock = ContinuousClock()
    let begin = clock.now
    var times: [Duration] = []
    for try await part in answer.body where part.readableBytes > 0 {
      times.append(clock.now - begin)
    }
    #expect(times.count == 3, "each part comes by itself")
    #expect(try #require(times.last) - #require(times.first) > .milliseconds(700))
  }

  @Test func `a server that is killed finds the service again, and cancel ends all of it`()
    async throws
  {
    let (factory, service) = try factory()
    defer { factory.close() }
    let before = try await service.ask("/services/web/").json["job"] as? String
    #expect(kill(try factory.serverFile().pid, SIGKILL) == 0)
    #expect(try factory("jobs", "explain", "web").status == 0, "starts the server again")
    let again = try ServiceUnderTest(factory)
    try await factory.until(20, "the service is reached again") {
      try await again.ask("/services/web/").status == 200
    }
    let job = try #require(try await again.ask("/services/web/").json["job"] as? String)
    #expect(job == before, "its job was not touched")

    let twice = try factory(
      "jobs", "submit", "--service", "web", "--output", "json", "--", "python3", "server.py")
    #expect(twice.error["code"] as? String == "already_service")
    let list = try factory("jobs", "list", "--services").output
    #expect(list.contains("web") && list.contains("/services/web/"), "\(list)")
    #expect(try factory("jobs", "retry", job).status == 2)

    // By one of its jobs, which would be followed by another.
    #expect(try factory("jobs", "cancel", job).status == 0)
    try await factory.until(20, "the service ends") {
      try factory("jobs", "show", "web", "--output", "quiet").output == "ended\n"
    }
    let gone = try await again.ask("/services/web/")
    #expect(gone.status == 503)
    #expect(gone.message.contains("was ended by somebody"))
    #expect(servers(of: job).isEmpty)
    #expect(
      try factory(
        "jobs", "submit", "--service", "web", "--wait", "--output", "quiet", "--", "python3",
        "server.py"
      ).status == 0, "its name is free")
  }

  @Test func `before a time limit the next job takes over, and no request fails`() async throws {
    let (factory, service) = try factory("--time", "8s", "--renew-before", "5s", "--drain", "20s")
    defer { factory.close() }
    let seen = try await service.requests(forSeconds: 16)
    #expect(seen.failures == [])
    #expect(seen.jobs.count >= 3, "\(seen.jobs)")
    let slow = try await service.ask("/services/web/slow?seconds=3")
    #expect(slow.status == 200)
  }

  @Test func `what keeps a service from being up is told with a time to ask again`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write("server.py", ServiceUnderTest.program)
    let started = try factory(
      "jobs", "submit", "--service", "late", "--env", "STARTS_IN=60", "--output", "json", "--",
      "python3", "server.py")
    #expect(started.json["state"] as? String == "down")
    let service = try ServiceUnderTest(factory)
    try await factory.until(20, "its job runs") {
      try await service.ask("/services/late/").message.contains("does not answer at its port yet")
    }
    let late = try await service.ask("/services/late/")
    #expect(late.status == 503)
    #expect(late.headers["retry-after"] == "2")

    let id = try #require(started.json["id"] as? String)
    let why = try factory("explain", id).output
    #expect(why.hasPrefix("service  \(id)\n"), "\(why)")
    #expect(why.contains("The service 'late' is not up: job_"))
    #expect(why.contains("does not answer at its port yet"))
    #expect(why.contains("job 1 of the service, on 'local': starting"))
    let chain = try factory("explain", id, "--output", "json").json["chain"] as? [[String: Any]]
    #expect(chain?.map { $0["kind"] as? String } == ["service", "job"])

    let wrong = try factory(
      "jobs", "submit", "--service", "wrong", "--wait", "--", "sh", "-c", "exit 3")
    #expect(wrong.status == 1)
    #expect(wrong.output.contains("exit code 3"), "\(wrong.output)\(wrong.errors)")
    let gone = try await service.ask("/services/wrong/")
    #expect(gone.status == 503)
    #expect(gone.headers["retry-after"] == "60")
    #expect(gone.message.contains("was given up"))
    let list = try factory("jobs", "list", "--services", "--output", "json").json
    let services = try #require(list["services"] as? [[String: Any]])
    let failed = try #require(services.first { $0["name"] as? String == "wrong" }?["id"] as? String)
    let end = try factory("explain", failed).output
    #expect(end.contains("was given up") && end.contains("exit code 3"), "\(end)")
    let unknown = try factory("explain", "service_" + String(repeating: "0", count: 26))
    #expect(unknown.status == 2 && unknown.errors.contains("there is no service"))
  }

  @Test func `a command that dies is started again`() async throws {
    let (factory, service) = try factory()
    defer { factory.close() }
    let first = try #require(try await service.ask("/services/web/").json["job"] as? String)
    for pid in servers(of: first) { kill(pid, SIGKILL) }
    try await factory.until(20, "another job answers") {
      let job = try await service.ask("/services/web/").json["job"] as? String
      return job != nil && job != first
    }
  }

  /// Processes of a job's command.
  private func servers(of job: String) -> [Int32] {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) }
      .filter { pid in
        // One that has ended meanwhile has no environment.
        let line = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/cmdline"))) ?? Data()
        let variables =
          (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/environ"))) ?? Data()
        return String(decoding: line, as: UTF8.self).contains("server.py")
          && String(decoding: variables, as: UTF8.self).contains("AIFACTORY_JOB=\(job)")
      } ?? []
  }

  /// The same part again and again.
  private struct Repeated: AsyncSequence, Sendable {
    let part: ByteBuffer
    var count: Int

    struct AsyncIterator: AsyncIteratorProtocol {
      var rest: Repeated

      mutating func next() async -> ByteBuffer? {
        guard rest.count > 0 else { return nil }
        rest.count -= 1
        return rest.part
      }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: self) }
  }

  private func residentBytes(of pid: Int32) throws -> Int {
    let text = try String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8)
    return try #require(Int(text.split(separator: " ")[1])) * 4_096
  }
}
