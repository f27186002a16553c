import HTTPTypes
import Hummingbird
import MLflowProtocol

/// Which version of MLflow we say we are.
enum MLflowVersion {
  /// That of the client with which the tests speak; from 3.4 on, clients send spans as OTLP.
  static let current = MLflowRelease.spoken

  /// Whether the client that asks sends spans as OTLP, since we say that we are `current`.
  static func sendsSpans(_ request: Request) -> Bool {
    let name = "mlflow-python-client/"
    guard let agent = request.headers[.userAgent], agent.hasPrefix(name) else { return false }
    let numbers = agent.dropFirst(name.count).split(separator: ".").map { Int($0) }
    guard numbers.count >= 2, let major = numbers[0], let minor = numbers[1] else { return false }
    return (major, minor) >= (3, 4)
  }

  /// The plain text that MLflow's clients expect of `/version`; nil for all others.
  static func text(for request: Request) -> Response? {
    guard request.headers[.userAgent]?.hasPrefix("mlflow-python-client") == true else {
      return nil
    }
    return Response(
      status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
      body: .init(byteBuffer: ByteBuffer(string: current)))
  }
}
