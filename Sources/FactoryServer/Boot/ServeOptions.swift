public import Basics

/// What `aifactory serve` was asked for.
public struct ServeOptions: Sendable {
  /// The factory's folder.
  public var home: FactoryHome
  /// Of the control plane.
  public var listen: ListenAddress
  /// Of the data plane.
  public var gateway: ListenAddress
  /// Takes a free port where another program listens on the one named.
  public var takesAnyPort = false
  /// Lets everyone in who reaches the address; on loopback alone.
  public var isAuthenticationOff = false
  /// Further names by which people reach this server.
  public var allowedHosts: [String] = []
  /// Allows addresses that other machines reach, without encryption of our own.
  public var allowsPlainHTTP = false
  /// The program's version.
  public var version: String
  /// Path of the `aifactory` program, for the processes that it starts.
  public var executable: String

  /// Joins the parts.
  public init(
    home: FactoryHome, listen: ListenAddress, gateway: ListenAddress, version: String,
    executable: String
  ) {
    self.home = home
    self.listen = listen
    self.gateway = gateway
    self.version = version
    self.executable = executable
  }

  /// Refuses what would expose the factory by accident.
  func check() throws(ServerError) {
    for address in [listen, gateway] where !address.isLoopback {
      guard allowsPlainHTTP else {
        throw ServerError(
          .addressRefused, "\(address) can be reached from other machines without encryption.",
          hint: "Listen on 127.0.0.1 behind a proxy that speaks TLS, or add --allow-plain-http.")
      }
      guard !isAuthenticationOff else {
        throw ServerError(
          .addressRefused, "Without tokens only addresses of this machine are possible.",
          hint: "Drop --no-auth, or listen on 127.0.0.1.")
      }
    }
  }
}
