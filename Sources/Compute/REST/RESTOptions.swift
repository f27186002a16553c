import Foundation

/// How a cluster's slurmrestd is asked, as whom, and where the token comes from.
///
/// The token itself is kept nowhere: it is read anew for each request, because tokens expire.
public struct RESTOptions: Sendable, Equatable, Codable {
  /// Its address without a slash at the end, such as `https://rest.example.org:6820`.
  public var url: String
  /// The member's own name on the cluster.
  public var user: String
  /// File that holds the token; one of the three is named.
  public var tokenFile: String?
  /// Variable of the server's environment that holds it.
  public var tokenVariable: String?
  /// Command for `sh` that prints it.
  public var tokenCommand: String?

  /// Takes every value as it is.
  public init(
    url: String, user: String, tokenFile: String? = nil, tokenVariable: String? = nil,
    tokenCommand: String? = nil
  ) {
    self.url = url
    self.user = user
    self.tokenFile = tokenFile
    self.tokenVariable = tokenVariable
    self.tokenCommand = tokenCommand
  }

  /// Throws a sentence for the first value that cannot be used.
  func check() throws(JobError) {
    let address = URLComponents(string: url)
    guard let address, ["http", "https"].contains(address.scheme), address.host?.isEmpty == false,
      address.user == nil, address.query == nil, address.fragment == nil, !url.hasSuffix("/")
    else {
      throw JobError(
        .siteInvalid, "`\(url)` is no address of a slurmrestd",
        hint: "Write http://HOST:PORT or https://HOST:PORT.")
    }
    guard !user.isEmpty, user.utf8.allSatisfy(Self.isNameByte) else {
      throw JobError(
        .siteInvalid, "`\(user)` is no name of a user",
        hint: "Write your own name on the cluster, as `id -un` prints it there.")
    }
    guard [tokenFile, tokenVariable, tokenCommand].compactMap(\.self).count == 1 else {
      throw JobError(
        .siteInvalid, "a token of slurmrestd comes from a file, a variable or a command",
        hint: "Name one of them, best a file that you alone can read.")
    }
    if let tokenFile, !tokenFile.hasPrefix("/") {
      throw JobError(.siteInvalid, "the path `\(tokenFile)` of the token is not absolute")
    }
    if let tokenVariable, tokenVariable.isEmpty || !tokenVariable.utf8.allSatisfy(Self.isNameByte) {
      throw JobError(.siteInvalid, "`\(tokenVariable)` is no name of a variable")
    }
  }

  /// Whether what is sent can be read on its way.
  var isInTheClear: Bool {
    guard let address = URLComponents(string: url), address.scheme == "http" else { return false }
    return !["127.0.0.1", "localhost", "::1", "[::1]"].contains(address.host ?? "")
  }

  /// Host of the address.
  var host: String { URLComponents(string: url)?.host ?? url }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: "@"):
      true
    default: false
    }
  }
}
