import Basics
import Glibc

/// Where a replica takes connections.
struct ReplicaListener {
  /// The listening socket; whoever has the listener closes it.
  let descriptor: Int32
  /// What the first frame of each connection must say; nil where only this user gets as far as that.
  let secret: [UInt8]?
  /// Path of a Unix socket.
  private let path: String?

  /// At a Unix socket that this user alone may enter.
  static func socket(at path: String) throws(ServingError) -> ReplicaListener {
    ReplicaListener(
      descriptor: try ReplicaSocket.listen(at: path), secret: nil, path: path)
  }

  /// At the port that the agent of this job has drawn, for those who know the job's secret.
  static func port(
    of environment: [String: String]
  ) throws(ServingError) -> ReplicaListener {
    guard let host = environment["AIFACTORY_SERVICE_HOST"],
      let port = environment["AIFACTORY_SERVICE_PORT"].flatMap({ Int($0) }),
      let secret = environment["AIFACTORY_SERVICE_SECRET"], !secret.isEmpty
    else {
      throw ServingError(
        .requestInvalid, "This replica has no socket, and its agent has drawn no port for it.")
    }
    return ReplicaListener(
      descriptor: try ReplicaSocket.listen(host: host, port: port), secret: Array(secret.utf8),
      path: nil)
  }

  /// Takes no more connections of those who look for it by its path.
  func leave() {
    if let path { unlink(path) }
  }
}
