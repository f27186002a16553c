import Basics
import Foundation
import Glibc
import JobProtocol
import Testing

/// What becomes of work and of callers when servers, gateways and commands end early.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ServerLifeTests {
  /// A socket that listens, as another program's would.
  private final class Listener {
    private let descriptor: Int32
    let port: Int

    init(port: Int = 0) throws {
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var reuse: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(port).bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let descriptor = descriptor
      let number = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
          guard bind(descriptor, pointer, size) == 0, listen(descriptor, 8) == 0 else {
            return errno
          }
          return getsockname(descriptor, pointer, &size)
        }
      }
      guard number == 0 else { throw ProgramFailed(what: "cannot listen on \(port): \(number)") }
      self.port = Int(in_port_t(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
  }

  private func killGateway(of factory: FactoryProgram) {
    for pid in factory.processes(holding: "aifactory gateway") { kill(pid, SIGKILL) }
  }

  @Test func `a gateway that waits keeps little of its program in memory`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    #expect(try factory("jobs", "list").status == 0)
    let gateway = try #require(factory.processes(holding: "aifactory gateway").first)
    func kibibytes(_ name: String) throws -> Int {
      let lines = (ProcFile.bytes("/proc/\(gateway)/status") ?? []).split(separator: 10)
        .map { String(decoding: $0, as: UTF8.self) }
      let line = try #require(lines.first { $0.hasPrefix(name + ":") })
      return try #require(
        line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
    }
    // It has answered the look of its server, and does nothing since.
    let (now, most) = (try kibibytes("VmRSS"), try kibibytes("VmHWM"))
    #expect(now * 4 < most * 3, "\(now) KiB of \(most)")
  }

  @Test func `an import outlives the server and the command that asked for it`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 60_000))
    for (name, word) in [("asked", "aifactory serve"), ("worked", "aifactory worker")] {
      let command = try factory.start(
        ["datasets", "add", "houses.csv", "--target", "price", "--name", name])
      try await factory.until(20, "the import \(name) works") {
        !factory.processes(holding: "aifactory worker").isEmpty
      }
      for pid in factory.processes(holding: word) { kill(pid, SIGKILL) }
      let answer = try command.end(withinSeconds: 60)
      #expect(answer.status == 0, "\(name): \(answer.errors)")
    }
    // Nobody waits for this one any more when the server ends.
    let command = try factory.start(
      ["datasets", "add", "houses.csv", "--target", "rooms", "--name", "left"])
    try await factory.until(20, "the import works") {
      !factory.processes(holding: "aifactory worker").isEmpty
    }
    kill(command.process.processIdentifier, SIGKILL)
    #expect(try factory("stop").status == 0)
    try await factory.until(60, "the import is taken up") {
      try factory("datasets", "list", "--output", "json").output.contains("\"left\"")
    }
  }

  @Test func `ctrl-c ends the command as the signal does, and the run goes on`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 400))
    try factory.write("workflow.yaml", SampleTables.workflow(trials: 3))
    let command = try factory.start(["run", "workflow.yaml"])
    try await factory.until(20, "a stage works") {
      !factory.processes(holding: "aifactory worker").isEmpty
    }
    kill(command.process.processIdentifier, SIGINT)
    let answer = try command.end(withinSeconds: 10)
    #expect(command.process.terminationReason == .uncaughtSignal)
    #expect(answer.status == SIGINT)
    #expect(answer.errors.contains("The run goes on"), "\(answer.errors)")
    #expect(answer.errors.contains("aifactory workflows cancel wr_"), "\(answer.errors)")
    try await factory.until(60, "the run succeeds") {
      try factory("workflows", "list", "--output", "json").output.contains("\"succeeded\"")
    }
  }

  @Test func `a gateway whose port was taken comes back elsewhere, and is found`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 300))
    try factory.write("workflow.yaml", SampleTables.workflow(trials: 2))
    try factory.write("row.json", #"{"area": 100, "rooms": 3, "city": "Bologna"}"#)
    #expect(try factory("run", "workflow.yaml").status == 0)
    let before = try factory.serverFile().gateway
    let port = try #require(before.split(separator: ":").last.flatMap { Int($0) })

    // Where the supervisor was faster the port is not free: then it is tried again.
    var other: Listener?
    try await factory.until(30, "the port is taken") {
      killGateway(of: factory)
      other = try? Listener(port: port)
      return other != nil
    }
    let answer = try factory("predict", "houses", "row.json", "--output", "json")
    #expect(answer.status == 0, "\(answer.errors)")
    try await factory.until(10, "the address is told") {
      try factory.serverFile().gateway != before
    }
    let shown = try factory("endpoints", "show", "houses", "--output", "json")
    #expect(shown.json["url"] as? String == "\(try factory.serverFile().gateway)/endpoints/houses")
    withExtendedLifetime(other) {}
  }

  @Test func `a gateway whose server was killed ends once its home is removed`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    #expect(try factory("endpoints", "list").status == 0)
    for pid in factory.processes(holding: "aifactory serve") { kill(pid, SIGKILL) }
    try await Task.sleep(for: .seconds(3))
    #expect(factory.processes(holding: "aifactory gateway").count == 1)
    try FileManager.default.removeItem(atPath: factory.home)
    try await factory.until(20, "the gateway has ended") {
      factory.processes(holding: "aifactory gateway").isEmpty
    }
  }

  @Test func `a server without its gateway says so until it is back`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    var other: Listener? = try Listener()
    let port = try #require(other?.port)
    other = nil
    let server = try factory.start(
      ["serve", "--listen", "127.0.0.1:0", "--gateway", "127.0.0.1:\(port)"])
    try await factory.until(20, "the server is ready") {
      guard (try? factory.serverFile()) != nil else { return false }
      return try await factory.hindrance() == nil
    }
    try await factory.until(30, "the port is taken") {
      killGateway(of: factory)
      other = try? Listener(port: port)
      return other != nil
    }
    try await factory.until(10, "it says what is missing") {
      try await factory.hindrance() == "unavailable"
    }
    other = nil
    try await factory.until(40, "the gateway is back") { try await factory.hindrance() == nil }
    #expect(try factory("stop").status == 0)
    #expect(try server.end(withinSeconds: 20).status == 0)
  }
}
