public import AsyncHTTPClient
import NIOCore

/// The HTTP client for the factory's own processes.
public enum LocalHTTP {
  /// Tells at once that nobody listens, where the usual client tries on until a request's time is up.
  ///
  /// It lives as long as the process.
  public static let client: HTTPClient = {
    var configuration = HTTPClient.Configuration.singletonConfiguration
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.timeout.connect = .seconds(5)
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()
}
