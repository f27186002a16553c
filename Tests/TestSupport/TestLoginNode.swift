import Foundation
import Glibc
public import Testing

/// A real sshd on loopback, which `Tests/Cluster/login.sh` starts: the login node of a cluster.
///
/// It ends with `close()`, and by itself once this process is gone.
public final class TestLoginNode: Sendable {
  /// Everything that belongs to it.
  public let folder: String
  /// Where it listens.
  public let port: Int

  /// Private key that may log in.
  public var key: String { folder + "/key" }
  /// A private key that may not.
  public var strangersKey: String { folder + "/stranger" }
  /// File with its host key.
  public var knownHosts: String { folder + "/known_hosts" }
  /// Who logs in.
  public var user: String { NSUserName() }

  /// Whether sshd is installed here.
  public static let isPossible = FileManager.default.isExecutableFile(atPath: "/usr/sbin/sshd")

  /// Says what to do where it is not.
  public static let hint: Comment = "sshd is not installed; Scripts/setup.sh --cluster installs it"

  /// One that several tests share, for what does no harm to others.
  public static let shared = Result { try TestLoginNode() }

  /// Starts one.
  ///
  /// - Parameter launcher: the words that start a program where it is to run, such as in another namespace.
  public init(launcher: [String] = []) throws {
    let parent = URL(fileURLWithPath: NSTemporaryDirectory()).standardizedFileURL.path
    folder = parent + "/aifactory-login-\(UUID().uuidString.prefix(8))"
    let words = launcher + [packageFolder + "/Tests/Cluster/login.sh", folder]
    let answer = try TestCluster.run(
      words[0], Array(words.dropFirst()), environment: ["OWNER": "\(getpid())"])
    guard answer.status == 0,
      let port = Int(
        try String(contentsOfFile: folder + "/port", encoding: .utf8)
          .trimmingCharacters(in: .whitespacesAndNewlines))
    else { throw ClusterFailed(description: answer.text) }
    self.port = port
  }

  deinit { close() }

  /// Ends it.
  public func close() {
    // What cannot be ended now ends with this process.
    _ = try? TestCluster.run(packageFolder + "/Tests/Cluster/login.sh", [folder, "stop"])
  }

  /// Ends it with all its connections, until `resume`.
  public func suspend() throws { try tell("down") }

  /// Lets it listen again.
  public func resume() throws { try tell("up") }

  private func tell(_ word: String) throws {
    let answer = try TestCluster.run(packageFolder + "/Tests/Cluster/login.sh", [folder, word])
    guard answer.status == 0 else { throw ClusterFailed(description: answer.text) }
  }

  /// Its host key for another port, as a file of known hosts has it.
  public func knownHost(port: Int) throws -> String {
    let line = try String(contentsOfFile: knownHosts, encoding: .utf8)
    return line.replacingOccurrences(of: ":\(self.port) ", with: ":\(port) ")
  }
}

/// A way to a login node that can be cut (`Tests/Cluster/wire.py`).
public final class TestWire: Sendable {
  /// Where it listens.
  public let port: Int
  /// File with the login node's host key for it.
  public var knownHosts: String { folder.path("known_hosts") }
  private let folder: TemporaryFolder
  private let input: FileHandle

  /// Lays it.
  public init(to login: TestLoginNode) throws {
    folder = try TemporaryFolder()
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", packageFolder + "/Tests/Cluster/wire.py", folder.path, "\(login.port)",
    ]
    process.standardInput = pipe
    try process.run()
    input = pipe.fileHandleForWriting
    var text: String?
    for _ in 0..<2_000 where text == nil {
      // Not there yet.
      text = try? String(contentsOfFile: folder.path + "/wire", encoding: .utf8)
      if text == nil { usleep(5_000) }
    }
    guard let port = text.flatMap({ Int($0) }) else {
      throw ClusterFailed(description: "wire.py does not listen")
    }
    self.port = port
    try folder.write(try login.knownHost(port: port), to: "known_hosts")
  }

  deinit {
    // Its end is the end of the program that waits for it.
    try? input.close()
  }

  /// Cuts the connection that carries so many more bytes, once.
  public func cut(afterBytes count: Int) throws {
    try "\(count)".write(toFile: folder.path("cut"), atomically: true, encoding: .utf8)
  }

  /// Whether it was cut.
  public var wasCut: Bool { FileManager.default.fileExists(atPath: folder.path("was-cut")) }
}
