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
    var words = ["-T"]
    for option in [
      "BatchMode=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=10", "ServerAliveInterval=5",
      "ServerAliveCountMax=3", "ForwardAgent=no", "ForwardX11=no", "ClearAllForwardings=yes",
      "PermitLocalCommand=no", "EscapeChar=none",
    ] {
      words += ["-o", option]
    }
    if let knownHosts { words += ["-o", "UserKnownHostsFile=\"\(knownHosts)\""] }
    if let identity { words += ["-o", "IdentitiesOnly=yes", "-i", identity] }
    if let port { words += ["-p", "\(port)"] }
    if let jump { words += ["-J", jump] }
    return words
  }
}
