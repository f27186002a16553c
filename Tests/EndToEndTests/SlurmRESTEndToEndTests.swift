import API
import Basics
import Foundation
import TestSupport
import Testing

/// A cluster that is asked by its REST service, with the real programs.
@Suite(
  .serialized, .timeLimit(.minutes(4)), .enabled(if: TestCluster.hasREST, TestCluster.restHint))
struct SlurmRESTEndToEndTests {
  @Test func `a site is added with a token, used, and heals with a new one`() throws {
    let cluster = try TestCluster()
    let factory = try FactoryProgram()
    defer { factory.close() }
    let token = try cluster.writeToken(to: factory.folder + "/token", seconds: 600)
    let address = try cluster.restAddress
    let added = try factory(
      "sites", "add", "hpc", "--driver", "slurm", "--rest", address + "/", "--token-file", "token",
      "--scratch", cluster.scratch)
    #expect(added.status == 0, "\(added.errors)")

    let shown = try factory("sites", "show", "hpc", "--output", "json")
    let rest = try #require(shown.json["rest"] as? [String: Any])
    #expect(rest["url"] as? String == address)
    #expect(rest["user"] as? String == NSUserName())
    #expect(rest["token_file"] as? String == factory.folder + "/token")
    #expect((shown.json["partitions"] as? [[String: Any]])?.count == 4)

    let trial = try factory("sites", "test", "hpc")
    #expect(trial.status == 0, "\(trial.output)\(trial.errors)")
    #expect(trial.output.contains("works  rest: Slurm "), "\(trial.output)")
    #expect(trial.output.contains("Jobs run on 'hpc'."))

    let waited = try factory(
      "jobs", "submit", "--site", "hpc", "--wait", "--output", "json", "--", "sh", "-c",
      "echo on $SLURMD_NODENAME as $USER in $HOME; pwd")
    #expect(waited.status == 0, "\(waited.errors)")
    let id = try #require(waited.json["id"] as? String)
    let logs = try factory("jobs", "logs", "-f", id).output
    #expect(logs.hasPrefix("on n"), "\(logs)")
    #expect(logs.contains(" as \(NSUserName()) in /"), "\(logs)")
    #expect(logs.hasSuffix("\n\(factory.folder)\n"), "it starts in the current folder: \(logs)")

    try cluster.writeToken(to: factory.folder + "/token", seconds: 1)
    sleep(2)
    let expired = try factory("sites", "test", "hpc")
    #expect(expired.status == 1)
    #expect(expired.output.contains("expired"), "\(expired.output)")
    #expect(expired.output.contains("hint: Make a new one"), "\(expired.output)")
    let refused = try factory(
      "sites", "add", "again", "--rest", address, "--token-file", "token", "--scratch",
      cluster.scratch, "--output", "json")
    #expect(refused.error["code"] as? String == "site_unreachable")
    #expect(refused.status == 3)
    #expect((refused.error["message"] as? String)?.contains("expired") == true)
    try cluster.writeToken(to: factory.folder + "/token", seconds: 600)
    #expect(try factory("sites", "test", "hpc").status == 0)

    // Nothing of the home has a token.
    let secret = try #require(token.split(separator: "=").last)
    let files = FileManager.default.enumerator(atPath: factory.home)
    while let name = files?.nextObject() as? String {
      guard let content = FileManager.default.contents(atPath: factory.home + "/" + name) else {
        continue
      }
      #expect(content.range(of: Data(secret.utf8)) == nil, "\(name) has the token")
    }
    #expect(!(shown.output + trial.output + expired.output).contains(secret))
    #expect(try factory("sites", "remove", "hpc").status == 0)
  }

  @Test(arguments: [
    (["--rest", "http://h:1"], "--rest wants one of"),
    (["--token-file", "t"], "belong to --rest"),
    (["--rest", "http://h:1", "--token-file", "t", "--slurm-conf", "/c"], "unless --ssh names"),
    (["--rest", "http://h:1", "--token-file", "t", "--token-command", "c"], "--rest wants one of"),
  ])
  func `options that do not go together are refused`(options: [String], words: String) throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let refused = try factory.run(["sites", "add", "hpc", "--scratch", "/s"] + options)
    #expect(refused.status != 0)
    #expect(refused.errors.contains(words), "\(refused.errors)")
  }
}
