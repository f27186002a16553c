internal import API
internal import Basics
internal import Serving
import Foundation

extension GlobalOptions {
  /// The home that the verb works on.
  var factoryHome: FactoryHome { FactoryHome.resolve(option: home) }
}

extension FactoryCommand {
  /// A client of the home's server, which is started in the background when none runs.
  func connection() async throws -> FactoryClient {
    try await ServerConnection(home: global.factoryHome, output: global.output).client()
  }
}

/// Finds the server of a home, or starts one.
struct ServerConnection {
  let home: FactoryHome
  let output: Output
  /// Whether people hear of a server that is started.
  var isAnnounced = true

  func client() async throws -> FactoryClient {
    var started: Int32?
    var starts = 0
    // Opening the ledger may take a while after a crash.
    for _ in 0..<1_500 {
      if let client = try await answering() { return client }
      if let pid = started, DetachedProgram.hasEnded(pid) {
        started = nil
        // Another server may have been faster; else the log says why it ended.
        guard HomeLock.isHeld(home) || starts < 3 else { throw startFailed() }
      }
      if started == nil, !HomeLock.isHeld(home) {
        try home.prepare()
        started = try start()
        starts += 1
        if starts == 1, isAnnounced {
          output.note("Started a server for \(home.path); 'aifactory stop' ends it.")
        }
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    throw APIError(
      code: .serverUnreachable, message: "The server of \(home.path) does not answer.",
      hint: "\(home.serverLogPath) says why; 'aifactory stop' ends it.")
  }

  /// A client of the running server; nil while none answers.
  private func answering() async throws -> FactoryClient? {
    guard let file = try ServerFile.running(home) else { return nil }
    let client = FactoryClient(url: file.url, token: file.token)
    do {
      let _: HealthWire = try await client.get("/ready")
      return client
    } catch let error as APIError where error.code == .serverUnreachable {
      return nil
    } catch let error as APIError where error.status == 503 {
      // What else hinders it (a full disk, say) is told by what is asked of it.
      return error.code == .starting ? nil : client
    }
  }

  private func startFailed() -> APIError {
    // Without a log there is nothing to add.
    let log = (try? FileTree.read(home.serverLogPath)).map { String(decoding: $0, as: UTF8.self) }
    let lines = (log ?? "").split(separator: "\n").suffix(3).joined(separator: " ")
    return APIError(
      code: .serverUnreachable, message: "The server of \(home.path) ended at once: \(lines)",
      hint: "\(home.serverLogPath) says more; 'aifactory serve' runs it in this terminal.")
  }

  private func start() throws -> Int32 {
    let arguments =
      ["serve", "--any-port", "--home", home.path]
      + ServerConnection.addresses(ProcessInfo.processInfo.environment)
    return try DetachedProgram.start(ProgramFile.path, arguments, log: home.serverLogPath)
  }

  /// Where a server in the background listens; `AIFACTORY_LISTEN` and `AIFACTORY_GATEWAY` choose.
  static func addresses(_ environment: [String: String]) -> [String] {
    var arguments: [String] = []
    if let listen = environment["AIFACTORY_LISTEN"] { arguments += ["--listen", listen] }
    if let gateway = environment["AIFACTORY_GATEWAY"] { arguments += ["--gateway", gateway] }
    return arguments
  }
}
