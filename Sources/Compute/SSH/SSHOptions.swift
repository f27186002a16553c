import Foundation

/// How a cluster's login node is reached by OpenSSH's own client.
///
/// Whatever is not said here is what `ssh` itself does for this user: its configuration, its agent and its
/// keys.
public struct SSHOptions: Sendable, Equatable, Codable {
  /// `user@host`, or a name of the user's ssh configuration.
  public var destination: String
  /// Port of the login node; nil is ssh's choice.
  public var port: Int?
  /// Hosts on the way, as `ssh -J` takes them.
  public var jump: String?
  /// File of the private key; nil is ssh's choice.
  public var identity: String?
  /// File of known host keys; nil is the user's own.
  public var knownHosts: String?

  /// Takes every value as it is.
  public init(
    destination: String, port: Int? = nil, jump: String? = nil, identity: String? = nil,
    knownHosts: String? = nil
  ) {
    self.destination = destination
    self.port = port
    self.jump = jump
    self.identity = identity
    self.knownHosts = knownHosts
  }

  /// Throws a sentence for the first value that cannot be used.
  func check() throws(JobError) {
    for (name, word) in [("address", destination), ("jump host", jump)] {
      guard let word else { continue }
      guard !word.isEmpty, !word.hasPrefix("-"), word.utf8.allSatisfy(Self.isAddressByte) else {
        throw JobError(
          .siteInvalid, "`\(word)` is no \(name) for ssh",
          hint: "Write user@host, host, or a name of your ssh configuration.")
      }
    }
    if let port, !(1...65_535).contains(port) {
      throw JobError(.siteInvalid, "\(port) is no port")
    }
    for (name, path) in [("identity", identity), ("known hosts", knownHosts)] {
      guard let path else { continue }
      // `ssh -o` takes what stands in quotes as one word.
      guard path.hasPrefix("/"), !path.unicodeScalars.contains(where: Self.isAwkward) else {
        throw JobError(
          .siteInvalid, "the path `\(path)` (\(name)) cannot be used",
          hint: "Write an absolute path without quotes, backslashes, '%' and line breaks.")
      }
    }
  }

  private static func isAwkward(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 32 || "\"\\%$".unicodeScalars.contains(scalar)
  }

  private static func isAddressByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: "@"), UInt8(ascii: ":"), UInt8(ascii: ","),
      UInt8(ascii: "["), UInt8(ascii: "]"):
      true
    default: false
    }
  }

  /// Options of ssh(1) and ssh_config(5) for every call, without the destination.
  ///
  /// Nobody can be asked anything, and a host that is not known is not spoken to.
  var arguments: [String] {
    var words = ["-T"] + Self.strictness
    for option in ["ClearAllForwardings=yes", "EscapeChar=none"] { words += ["-o", option] }
    if let knownHosts { words += ["-o", "UserKnownHostsFile=\"\(knownHosts)\""] }
    if let identity { words += ["-o", "IdentitiesOnly=yes", "-i", identity] }
    if let port { words += ["-p", "\(port)"] }
    if let jump {
      words += ["-o", "ProxyCommand=" + way(over: jump.split(separator: ",").map(String.init))]
    }
    return words
  }

  /// What holds for each host on the way.
  private static let strictness = [
    "BatchMode=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=10", "ServerAliveInterval=5",
    "ServerAliveCountMax=3", "ForwardAgent=no", "ForwardX11=no", "PermitLocalCommand=no",
  ].flatMap { ["-o", $0] }

  /// The command that leads over hosts to the one that comes next.
  ///
  /// `ssh -J` starts the same, but hands no option on to it: a host on the way might ask somebody at the server's
  /// terminal, and neither key nor known hosts would count there.
  private func way(over hosts: [String]) -> String {
    guard let last = hosts.last else { return "none" }
    let (host, port) = Self.parts(last)
    var words = ["ssh", "-T"] + Self.strictness
    if let knownHosts {
      // Those that the user knows, too.
      words += ["-o", "UserKnownHostsFile=\"\(knownHosts)\" ~/.ssh/known_hosts"]
    }
    if let identity { words += ["-o", "IdentitiesOnly=yes", "-i", identity] }
    if let port { words += ["-p", port] }
    if hosts.count > 1 {
      // The outer one takes the first of two percent signs away (ssh_config(5), TOKENS).
      let inner = way(over: hosts.dropLast()).replacingOccurrences(of: "%", with: "%%")
      words += ["-o", "ProxyCommand=" + inner]
    }
    return (words + ["-W", "[%h]:%p", "--", host]).map(SSHConnection.quoted)
      .joined(separator: " ")
  }

  /// Host and port of `[user@]host[:port]`; an address of IPv6 with a port stands in brackets.
  static func parts(_ text: String) -> (host: String, port: String?) {
    if let end = text.lastIndex(of: "]"), let start = text.firstIndex(of: "[") {
      let host = text[..<start] + text[text.index(after: start)..<end]
      let rest = text[text.index(after: end)...]
      return (String(host), rest.hasPrefix(":") ? String(rest.dropFirst()) : nil)
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count == 2 ? (String(parts[0]), String(parts[1])) : (text, nil)
  }
}
