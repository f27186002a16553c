import Basics
import Glibc
import Optimization

/// Where the sockets of replicas and coordinators lie: a folder that this user alone may enter.
struct SocketFolder {
  private let folder: String

  /// Below the home; where that makes paths too long for a socket, below `/tmp`.
  init(_ home: FactoryHome) throws {
    let own = home.gatewayPath + "/sockets"
    let longest =
      own.utf8.count + StudySummary.identifierPrefix.utf8.count + 26 + ".socket".utf8.count + 1
    if longest <= ReplicaSocket.pathLimit {
      folder = own
    } else {
      let digest = ObjectDigest(of: home.path).hex.prefix(16)
      folder = "/tmp/aifactory-\(getuid())-\(digest)"
    }
    try FileTree.createFolder(folder, mode: 0o700)
    var status = stat()
    guard lstat(folder, &status) == 0, status.st_uid == getuid(), status.st_mode & 0o077 == 0 else {
      throw ServingError(
        .socketFailed, "\(folder) can be entered by others than its owner.",
        hint: "Remove the folder, or give the factory a home with a shorter path.")
    }
  }

  func path(of replica: Identifier<Replica>) -> String { path(named: replica.rawValue) }

  /// - Parameter name: at most as long as an identifier of a study.
  func path(named name: String) -> String { "\(folder)/\(name).socket" }
}
