import AsyncHTTPClient
import NIOCore

/// The HTTP client for clusters' REST services; it lives as long as the process.
enum RESTClient {
  static let shared: HTTPClient = {
    var configuration = HTTPClient.Configuration.singletonConfiguration
    // The driver tries again by itself, and says meanwhile that nobody answers.
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.timeout.connect = .seconds(10)
    // The token is for that host alone.
    configuration.redirectConfiguration = .disallow
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()
}
