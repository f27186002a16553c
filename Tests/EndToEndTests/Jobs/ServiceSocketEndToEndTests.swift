import Basics
import Foundation
import Glibc
import TestSupport
import Testing

/// WebSockets to services, with aiohttp's server and client at their ends.
@Suite(
  .serialized, .timeLimit(.minutes(5)),
  .enabled(if: hasSocketClient, "aiohttp is not installed; `make mlflow-client` installs it"))
struct ServiceSocketEndToEndTests {
  private static let folder = FileTree.folder(of: #filePath)

  /// Starts the client against a factory.
  private func client(_ factory: FactoryProgram, _ verb: String) throws -> RunningScript {
    let file = try factory.serverFile()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: MLflowClient.python)
    process.arguments = [Self.folder + "/socket_client.py", verb]
    process.environment = ProcessInfo.processInfo.environment.merging([
      "FACTORY_URL": file.url, "FACTORY_TOKEN": file.token, "PYTHONDONTWRITEBYTECODE": "1",
    ]) { $1 }
    return try RunningScript(process, output: factory.folder + "/python-\(UUID().uuidString)")
  }

  private func start(_ factory: FactoryProgram, _ words: String...) throws {
    let started = try factory.run(
      ["jobs", "submit", "--service", "web", "--wait"] + words
        + ["--", MLflowClient.python, Self.folder + "/socket_server.py"])
    #expect(started.status == 0, "\(started.output)\(started.errors)")
  }

  /// What the client of a service saw.
  private func conversation(_ factory: FactoryProgram) throws -> JSONValue {
    let (status, text) = try client(factory, "speak").end()
    #expect(status == 0, "\(text)")
    return try JSONValue(parsing: text.split(separator: "\n").last.map(String.init) ?? "")
  }

  /// What goes through, and what does not, is the same wherever the service runs.
  private func check(_ seen: JSONValue, url: String) {
    let first = seen["first"]
    #expect(first?["path"]?.stringValue == "/socket?x=%20y")
    #expect(first?["headers"]?["authorization"] == nil, "the owner's token stays here")
    #expect(first?["headers"]?["x-forwarded-prefix"]?.stringValue == "/services/web")
    #expect(
      first?["headers"]?["x-forwarded-host"]?.stringValue == String(url.dropFirst("http://".count)))
    #expect(seen["protocol"]?.stringValue == "echo")
    #expect(seen["text"]?.stringValue == "hello")
    #expect(seen["big"]?.boolValue == true)
    #expect(seen["close"] == ["CLOSE", 1001, "told to"])
    #expect(seen["unsigned"]?.numberValue == 401)
    #expect(seen["stranger"]?.numberValue == 403)
    #expect(seen["own_page"]?.isNull == true, "it is taken up")
    #expect(seen["no_socket"]?.numberValue == 418, "what the service says to the request itself")
    #expect(seen["no_service"]?.numberValue == 404)
    #expect(seen["no_slash"]?.numberValue == 404)
    #expect(seen["page"] == [418, ["upgrade": .null]])
    #expect(["CLOSED", "ERROR", "CLOSE", "CLOSING"].contains(seen["death"]?.stringValue))
  }

  @Test func `a WebSocket goes through a service's address, and nobody else's does`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try start(factory)
    check(try conversation(factory), url: try factory.serverFile().url)
    try await factory.until(20, "the service that died is started again") {
      try factory("jobs", "explain", "web").output.contains("is up")
    }
    #expect(try factory("jobs", "cancel", "web").status == 0)
    try await factory.until(20, "the service ends") {
      try factory("jobs", "show", "web", "--output", "quiet").output == "ended\n"
    }
    let (status, text) = try client(factory, "stay").end()
    #expect(status != 0 && text.contains("503"), "\(text)")
  }

  @Test func `a job that is replaced keeps its WebSockets until the time to drain is over`()
    async throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try start(factory, "--time", "9s", "--renew-before", "6s", "--drain", "2s", "--grace", "1s")
    let began = ContinuousClock.now
    let (status, text) = try client(factory, "stay").end()
    #expect(status == 0, "\(text)")
    // The next job is submitted after three seconds, and this one may drain for two more.
    #expect(ContinuousClock.now - began < .seconds(25))
    let seen = try JSONValue(parsing: text.split(separator: "\n").last.map(String.init) ?? "")
    #expect(["CLOSED", "ERROR", "CLOSE", "CLOSING"].contains(seen["end"]?.stringValue))
    let (second, other) = try client(factory, "stay").end()
    #expect(second == 0, "\(other)")
    let next = try JSONValue(parsing: other.split(separator: "\n").last.map(String.init) ?? "")
    #expect(next["job"] != seen["job"], "its successor has the new ones")
  }

  @Test(
    .enabled(if: TestCluster.isPossible, TestCluster.hint),
    .enabled(if: TestLoginNode.isPossible, TestLoginNode.hint))
  func `a WebSocket reaches a cluster behind a login node`() throws {
    let cluster = try TestCluster()
    let login = try TestLoginNode()
    let factory = try FactoryProgram(cluster, login: login)
    defer { factory.close() }
    try start(factory, "--site", "hpc")
    check(try conversation(factory), url: try factory.serverFile().url)
    withExtendedLifetime((cluster, login)) {}
  }
}

/// Whether the interpreter of MLflow's client has aiohttp, which it needs itself.
private let hasSocketClient: Bool = {
  let lib = FileTree.folder(of: FileTree.folder(of: MLflowClient.python)) + "/lib"
  // Without the folder there is none.
  let versions = (try? FileManager.default.contentsOfDirectory(atPath: lib)) ?? []
  return versions.contains { FileTree.exists("\(lib)/\($0)/site-packages/aiohttp") }
}()
