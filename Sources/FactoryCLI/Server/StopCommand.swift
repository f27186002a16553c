internal import API
internal import ArgumentParser
internal import Basics
import Foundation

/// Ends the server of a home.
struct StopCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "Ends the server, its gateway and the endpoints' replicas.",
    discussion: """
      Running jobs go on and are picked up by the next start, which brings the endpoints back too.
      """)

  @OptionGroup var global: GlobalOptions

  @Flag(help: "Leave the gateway and the replicas running: predictions go on.")
  var keepEndpoints = false

  func execute() async throws {
    let home = global.factoryHome
    guard try HomeLock.isHeld(home) || leftSomething(home) else {
      return try global.output.show(
        StoppedWire(stopped: false), text: "No server runs on \(home.path).", quiet: [])
    }
    try await stop(home)
    // A server that was killed a moment ago held the lock still: what it left is ended by another.
    if try leftSomething(home) { try await stop(home) }
    try global.output.show(
      StoppedWire(stopped: true), text: "The server of \(home.path) has ended.", quiet: [])
  }

  /// Asks the server to end, by a signal if it does not answer, and waits for it.
  private func stop(_ home: FactoryHome) async throws {
    guard let server = try await server(of: home) else { return }
    let client = FactoryClient(url: server.url, token: server.token, timeoutSeconds: 60)
    do {
      let _: Nothing = try await client.post(
        "/api/v1/stop", StopRequestWire(keepEndpoints: keepEndpoints))
    } catch let error as APIError where error.code == .serverUnreachable {
      // It holds the lock and does not answer: the signal is what is left.
      kill(server.pid, SIGTERM)
    }
    for _ in 0..<600 where HomeLock.isHeld(home) {
      try await Task.sleep(for: .milliseconds(50))
    }
    guard !HomeLock.isHeld(home) else {
      throw APIError(
        code: .serverUnreachable, message: "The server (process \(server.pid)) does not end.",
        hint: "End it with 'kill -9 \(server.pid)': nothing acknowledged is lost.")
    }
  }

  /// Whether a server that did not end by `stop` may have left a gateway and replicas.
  private func leftSomething(_ home: FactoryHome) throws -> Bool {
    guard !keepEndpoints, let last = try ServerFile.read(home) else { return false }
    return last.pid != 0
  }

  /// The server to stop; where it was killed, one that finds what it left and can end it.
  private func server(of home: FactoryHome) async throws -> ServerFile? {
    if let running = try ServerFile.running(home) { return running }
    let connection = ServerConnection(home: home, output: global.output, isAnnounced: false)
    _ = try await connection.client()
    return try ServerFile.running(home)
  }
}

/// What `stop` prints as JSON.
struct StoppedWire: Codable {
  var stopped: Bool
}
