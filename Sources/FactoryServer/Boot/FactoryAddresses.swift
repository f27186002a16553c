import Basics
import Foundation
import Glibc
import Logging
import Synchronization

/// Where this factory answers now; `server.json` follows it from the time the server listens.
///
/// The gateway may move: where its port was taken while it was away, it comes back at another.
final class FactoryAddresses: Sendable {
  private struct State {
    var server: ListenAddress
    var gateway: String
    var isServing = false
  }

  private let home: FactoryHome
  private let version: String
  private let token: String
  private let logger: Logger
  private let state: Mutex<State>

  init(options: ServeOptions, token: String, logger: Logger) {
    home = options.home
    version = options.version
    self.token = token
    self.logger = logger
    state = Mutex(State(server: options.listen, gateway: options.gateway.url))
  }

  /// Base address of the control plane.
  var serverUrl: String { state.withLock { $0.server.url } }
  /// Base address of the data plane.
  var gatewayUrl: String { state.withLock { $0.gateway } }

  /// The server answers from now on, at `port`.
  func serverListens(at port: Int?) {
    change { state in
      state.server.port = port ?? state.server.port
      state.isServing = true
    }
  }

  /// The gateway answers at `url` from now on.
  func gatewayListens(at url: String) {
    guard url != gatewayUrl else { return }
    change { $0.gateway = url }
  }

  /// Everything that the server had started was ended: nothing is left to be looked for.
  func everythingHasEnded() {
    state.withLock { state in
      state.isServing = false
      write(state, pid: 0)
    }
  }

  private func change(_ change: (inout State) -> Void) {
    // The file is written under the lock, so that the last one written says what holds.
    state.withLock { state in
      change(&state)
      if state.isServing { write(state, pid: getpid()) }
    }
  }

  private func write(_ state: State, pid: Int32) {
    let file = ServerFile(
      url: state.server.url, gateway: state.gateway, host: ProcessInfo.processInfo.hostName,
      pid: pid, version: version, token: token)
    do {
      try file.write(home)
    } catch {
      logger.error("server.json cannot be written", metadata: ["error": "\(error)"])
    }
  }
}
