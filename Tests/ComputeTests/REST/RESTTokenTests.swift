import Basics
import Foundation
import TestSupport
import Testing

@testable import Compute

struct RESTTokenTests {
  /// A token of the shape of Slurm's; nobody signed it.
  static func token(user: String, expiresAt: Int) -> String {
    func part(_ text: String) -> String {
      Data(text.utf8).base64EncodedString().replacingOccurrences(of: "+", with: "-")
        .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }
    let head = #"{"alg":"HS256","typ":"JWT"}"#
    return [part(head), part(#"{"exp":\#(expiresAt),"iat":1,"sun":"\#(user)"}"#), "c2lnbmVk"]
      .joined(separator: ".")
  }

  @Test(arguments: ["", "SLURM_JWT=", "\n  SLURM_JWT="])
  func `what scontrol prints is a token, and so is the bare one`(start: String) throws {
    let text = Self.token(user: "ada", expiresAt: 1_795_726_800)
    let token = try #require(RESTToken(start + text + "\n"))
    #expect(token.text == text)
    #expect(token.user == "ada")
    #expect(token.expiresAtMs == 1_795_726_800_000)
  }

  @Test func `one that cannot be looked into is taken as it is`() {
    #expect(RESTToken("opaque")?.text == "opaque")
    #expect(RESTToken("a.b.c")?.user == nil)
    #expect(RESTToken("a.%%.c")?.expiresAtMs == nil)
    #expect(RESTToken("") == nil)
    #expect(RESTToken("SLURM_JWT=\n") == nil)
    #expect(RESTToken("é") == nil)
  }

  @Test func `a token is read anew each time, from a file or from what a command prints`()
    async throws
  {
    let folder = try TemporaryFolder()
    let file = try folder.write("first", to: "token")
    let byFile = RESTOptions(url: "http://h:1", user: "ada", tokenFile: file)
    let byCommand = RESTOptions(url: "http://h:1", user: "ada", tokenCommand: "cat '\(file)'")
    #expect(try await byFile.token().text == "first")
    try folder.write("second", to: "token")
    #expect(try await byFile.token().text == "second")
    #expect(try await byCommand.token().text == "second")
    let byVariable = RESTOptions(url: "http://h:1", user: "ada", tokenVariable: "NO_SUCH_TOKEN")
    let missing = await #expect(throws: JobError.self) { try await byVariable.token() }
    #expect(missing?.message.contains("NO_SUCH_TOKEN") == true)
  }

  @Test func `what a failing command printed is not repeated`() async throws {
    let options = RESTOptions(
      url: "http://h:1", user: "ada", tokenCommand: "echo verysecret; echo verysecret >&2; exit 3")
    let error = try #require(
      await #expect(throws: JobError.self) { try await options.token() })
    #expect(error.message.contains("exit code 3"))
    #expect(!error.message.contains("verysecret"))
  }

  @Test func `somebody else's token is not used`() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Self.token(user: "bob", expiresAt: 1), to: "token")
    let options = RESTOptions(url: "http://h:1", user: "ada", tokenFile: file)
    let error = try #require(
      await #expect(throws: JobError.self) { try await options.token() })
    #expect(error.message.contains("'bob'") && error.message.contains("'ada'"))
    #expect(error.hint?.contains("--rest-user bob") == true)
  }

  @Test func `a file that others can read is told`() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("x", to: "token")
    let options = RESTOptions(url: "http://h:1", user: "ada", tokenFile: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
    #expect(await options.exposure()?.contains("chmod 600") == true)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    #expect(await options.exposure() == nil)
    #expect(options.isInTheClear)
    #expect(!RESTOptions(url: "https://h:1", user: "ada").isInTheClear)
    #expect(!RESTOptions(url: "http://127.0.0.1:1", user: "ada").isInTheClear)
  }

  @Test(arguments: [
    "ftp://h", "h:6820", "http://", "http://h:1/", "http://a:b@h", "http://h?x=1", "",
  ])
  func `an address that is none is refused`(url: String) {
    #expect(throws: JobError.self) {
      try RESTOptions(url: url, user: "ada", tokenFile: "/t").check()
    }
  }

  @Test func `one source of a token is named, and commands beside it are those of a login node`()
    throws
  {
    let good = RESTOptions(url: "http://h:1", user: "ada", tokenFile: "/t")
    try good.check()
    try SlurmOptions(scratch: "/s", rest: good).check()
    var two = good
    two.tokenCommand = "true"
    #expect(throws: JobError.self) { try two.check() }
    #expect(throws: JobError.self) { try RESTOptions(url: "http://h:1", user: "ada").check() }
    #expect(throws: JobError.self) {
      try RESTOptions(url: "http://h:1", user: "a b", tokenFile: "/t").check()
    }
    #expect(throws: JobError.self) {
      try SlurmOptions(scratch: "/s", commands: "/c", rest: good).check()
    }
    try SlurmOptions(
      scratch: "/s", commands: "/c", ssh: SSHOptions(destination: "h"), rest: good
    ).check()
  }
}
