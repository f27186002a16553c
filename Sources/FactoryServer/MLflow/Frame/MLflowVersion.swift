import HTTPTypes
import Hummingbird

/// Which version of MLflow we say we are.
enum MLflowVersion {
  /// Below 3.4, clients keep the spans of a trace as an artifact instead of sending OTLP.
  static let current = "3.3.2"

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
