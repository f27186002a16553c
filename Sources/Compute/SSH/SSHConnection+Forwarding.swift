import Basics
import Foundation
import Glibc

/// Ways through the connection to what listens on the site.
extension SSHConnection {
  /// A Unix socket of this machine, in a folder that only this user may enter, from which connections go on to
  /// an address as the login node sees it.
  ///
  /// The way ends with the connection, which may be opened anew at any time: whoever finds nobody at the
  /// socket asks again.
  func forward(to host: String, port: Int) async throws -> String {
    try await open()
    forwards += 1
    // Never one that was used before: requests of its user may still be on their way.
    let path = "\(folder)/way\(forwards)"
    let target = host.contains(":") ? "[\(host)]" : host
    guard
      let answer = try await call(
        control("forward", "\(path):\(target):\(port)"), patience: .seconds(20))
    else { throw unreachable("it did not answer within 20 seconds") }
    guard answer.status == 0 else { throw unreachable(answer.errors) }
    ways[path] = "\(path):\(target):\(port)"
    return path
  }

  /// Ends a way.
  func stopForwarding(_ path: String) async {
    guard let way = ways.removeValue(forKey: path) else { return }
    // What an earlier connection had has ended with it.
    _ = try? await call(control("cancel", way), patience: .seconds(20))
    unlink(path)
  }

  /// Words that tell the process which keeps the connection to do something (ssh(1), -O).
  ///
  /// Nothing of the user's configuration counts, which may name ways of its own.
  private nonisolated func control(_ verb: String, _ way: String) -> [String] {
    ["-F", "none", "-S", socket, "-O", verb, "-L", way, "--", options.destination]
  }
}
