import Basics
import Foundation
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// A cluster behind a real login node: what is sent there, and what breaks on the way.
@Suite(
  .serialized, .timeLimit(.minutes(4)),
  .enabled(if: TestCluster.isPossible && TestLoginNode.isPossible, TestLoginNode.hint))
struct SSHSiteTests {
  private func options(
    _ ssh: SSHOptions, _ cluster: TestCluster? = nil
  ) throws -> SlurmOptions {
    let scratch = cluster.map { "\($0.scratch)/\(Identifier<Job>.random().rawValue)" }
    if let scratch { try FileTree.createFolder(scratch) }
    return SlurmOptions(
      scratch: scratch ?? "/tmp", configuration: cluster?.configuration, ssh: ssh)
  }

  /// What is said when a site cannot be added.
  private func refusal(_ change: (inout SSHOptions) throws -> Void) async throws -> JobError {
    var ssh = SSHOptions(try TestLoginNode.shared.get())
    try change(&ssh)
    let home = try JobsUnderTest()
    let options = try options(ssh)
    let error = await #expect(throws: JobError.self) {
      try await home.instance().addSite("hpc", options)
    }
    return try #require(error)
  }

  @Test func `a host that nobody knows is not spoken to, and the way to know it is told`()
    async throws
  {
    let folder = try TemporaryFolder()
    let error = try await refusal { $0.knownHosts = try folder.write("", to: "known_hosts") }
    #expect(error.code == .siteUnreachable)
    #expect(error.message.contains("host key is known"))
    #expect(try #require(error.hint).contains("fingerprint"))
  }

  @Test func `a host with another key than before is a warning, not a question`() async throws {
    let login = try TestLoginNode.shared.get()
    let folder = try TemporaryFolder()
    let stranger = try String(contentsOfFile: login.strangersKey + ".pub", encoding: .utf8)
    let key = stranger.split(separator: " ").prefix(2).joined(separator: " ")
    let error = try await refusal {
      $0.knownHosts = try folder.write("[127.0.0.1]:\(login.port) \(key)\n", to: "known_hosts")
    }
    #expect(error.message.contains("REMOTE HOST IDENTIFICATION HAS CHANGED"))
    #expect(try #require(error.hint).contains("Do not go on"))
  }

  @Test func `a key that may not log in is refused without a question`() async throws {
    let login = try TestLoginNode.shared.get()
    let error = try await refusal { $0.identity = login.strangersKey }
    #expect(error.message.contains("Permission denied"))
    #expect(try #require(error.hint).contains("ssh-add"))
  }

  @Test func `a login node that is away is told`() async throws {
    let error = try await refusal { $0.port = 1 }
    #expect(error.message.contains("Connection refused"))
    #expect(try #require(error.hint).contains("--jump"))
  }

  @Test(arguments: ["-oProxyCommand=x", "a b", "a;b", "$(x)", ""])
  func `an address that ssh would take for something else is refused`(address: String) {
    #expect(throws: JobError.self) { try SSHOptions(destination: address).check() }
    #expect(throws: JobError.self) { try SSHOptions(destination: "a", jump: address).check() }
  }

  /// The login node is its own jump host here, once and twice.
  @Test(arguments: [1, 2]) func `hosts on the way are held to the same key and host keys`(
    count: Int
  ) async throws {
    let login = try TestLoginNode.shared.get()
    var ssh = SSHOptions(login)
    let host = "\(login.user)@127.0.0.1:\(login.port)"
    ssh.jump = Array(repeating: host, count: count).joined(separator: ",")
    try ssh.check()
    let connection = try SSHConnection(ssh)
    let answer = try await connection.run("echo $SSH_CONNECTION", patience: .seconds(40))
    #expect(String(decoding: answer.output, as: UTF8.self).hasSuffix(" \(login.port)\n"))

    // Each of them is needed.
    ssh.jump = Array(repeating: host, count: count - 1).map { $0 + "," }.joined() + "127.0.0.1:1"
    let away = try SSHConnection(ssh)
    await #expect(throws: JobError.self) { try await away.run("true", patience: .seconds(40)) }
    // One whose key is another is not spoken to, though the last one's is right.
    let folder = try TemporaryFolder()
    let stranger = try TestLoginNode()
    ssh.jump = "\(stranger.user)@127.0.0.1:\(stranger.port)"
    ssh.knownHosts = try folder.write(
      try String(contentsOfFile: login.knownHosts, encoding: .utf8), to: "known_hosts")
    let unknown = try SSHConnection(ssh)
    let error = await #expect(throws: JobError.self) {
      try await unknown.run("true", patience: .seconds(40))
    }
    #expect(try #require(error).code == .siteUnreachable)
  }

  @Test(arguments: [
    ("ada@login.example.org", "ada@login.example.org", nil as String?),
    ("login:2222", "login", "2222"), ("ada@[::1]:22", "ada@::1", "22"), ("[::1]", "::1", nil),
    ("ada@::1", "ada@::1", nil),
  ])
  func `a host on the way may have a port`(text: String, host: String, port: String?) {
    let parts = SSHOptions.parts(text)
    #expect(parts.host == host && parts.port == port)
  }

  @Test func `words reach the other side as they are`() async throws {
    let connection = try SSHConnection(SSHOptions(try TestLoginNode.shared.get()))
    let odd = "a 'b' \"c\" $HOME `x` \\ ! * ; é"
    let answer = try await connection.run(
      "printf %s \(SSHConnection.quoted(odd)); cat", input: Array(" in".utf8),
      patience: .seconds(20))
    #expect(String(decoding: answer.output, as: UTF8.self) == odd + " in")
    let failed = try await connection.run("echo no >&2; exit 7", patience: .seconds(20))
    #expect(failed.status == 7)
    #expect(failed.errors == "no\n")
    #expect(await connection.openings == 1, "one connection carries all")
  }

  @Test func `a job starts in a copy of its folder, the same for each attempt`() async throws {
    let cluster = try TestCluster.shared.get()
    let home = try JobsUnderTest()
    try await home.add(cluster, login: try TestLoginNode.shared.get())
    let folder = try TemporaryFolder()
    try folder.write("echo \"first $1\"; cat 'data of mine/x'; pwd\n", to: "run.sh")
    try folder.write("x\n", to: "data of mine/x")
    try folder.write("not sent", to: ".git/config")
    try await home.serve { jobs in
      let job = try await jobs.submit(
        JobSpec(
          name: "copy", command: ["sh", "run.sh", "it's"], workingDirectory: folder.path,
          site: "ssh"))
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .succeeded, "\(String(describing: ended.message))")
      let work = await jobs.there(job.workFolder, job)
      #expect(try await jobs.text(ended) == "first it's\nx\n\(work)\n")
      #expect(!FileTree.exists(work + "/.git"))
      try folder.write("echo second\n", to: "run.sh")
      _ = try await jobs.retry(job.id)
      let again = try await jobs.waitForEnd(job.id)
      #expect(try await jobs.text(again).hasPrefix("first it's\n"))
    }
  }

  @Test func `a transfer that breaks goes on where it was`() async throws {
    let cluster = try TestCluster.shared.get()
    let login = try TestLoginNode.shared.get()
    let wire = try TestWire(to: login)
    var ssh = SSHOptions(login, port: wire.port)
    ssh.knownHosts = wire.knownHosts
    let options = try options(ssh, cluster)
    let home = try JobsUnderTest()
    let folder = try TemporaryFolder()
    let content = Self.content(bytes: 24 << 20)
    let bytes = Int64(content.count)
    try folder.write(content, to: "data")
    try await home.serve { jobs in
      _ = try await jobs.addSite("hpc", options)
      let driver = await jobs.drivers["hpc"]
      let site = try #require(driver as? SlurmSite)
      let files = try #require(site.files as? RemoteSlurmFiles)
      let before = files.shell.sentBytes
      try wire.cut(afterBytes: 10 << 20)
      let job = try await jobs.submit(
        JobSpec(
          name: "large", command: ["sha256sum", "data"], workingDirectory: folder.path,
          site: "hpc"))
      let ended = try await jobs.waitForEnd(job.id)
      #expect(wire.wasCut)
      #expect(ended.reason == .succeeded, "\(String(describing: ended.message))")
      #expect(try await jobs.text(ended) == "\(ObjectDigest(of: content).hex)  data\n")
      let sent = files.shell.sentBytes - before
      #expect(sent < bytes + RemoteShell.chunkBytes, "\(sent) bytes were sent for \(bytes)")
      #expect(await files.shell.connection.openings == 2)
    }
  }

  /// Bytes of which no part is like another.
  private static func content(bytes count: Int) -> [UInt8] {
    var content = [UInt8](repeating: 0, count: count)
    content.withUnsafeMutableBytes { buffer in
      let words = buffer.bindMemory(to: UInt64.self)
      for index in words.indices { words[index] = UInt64(index) &* 0x9e37_79b9_7f4a_7c15 }
    }
    return content
  }

  @Test func `what a broken transfer left that is wrong is sent again`() async throws {
    let shell = RemoteShell(
      try SSHConnection(SSHOptions(try TestLoginNode.shared.get())), owner: "test")
    let folder = try TemporaryFolder()
    let content = Array("the right bytes".utf8)
    let file = try folder.write(content, to: "file")
    let target = folder.path("there/file")
    try await shell.put(file, ObjectDigest(of: content), to: target, mode: "640")
    #expect(try FileTree.read(target) == content)
    // Nothing is left beside it, and nothing is sent for what is there.
    #expect(try FileTree.names(in: folder.path("there")) == ["file"])
    let sent = shell.sentBytes
    try await shell.put(file, ObjectDigest(of: content), to: target, mode: "640")
    #expect(shell.sentBytes == sent)
    // Somebody changed it, and a torn transfer of other bytes lies beside it.
    for torn in ["the wrong", "much longer than the right bytes are", "the right"] {
      try folder.write("something else", to: "there/file")
      try FileTree.write(Array(torn.utf8), to: shell.partPath(of: target))
      try await shell.put(file, ObjectDigest(of: content), to: target, mode: "640")
      #expect(try FileTree.read(target) == content)
      #expect(try FileTree.names(in: folder.path("there")) == ["file"])
    }
  }

  @Test func `jobs go on while the login node is away, and nothing of them is lost`() async throws {
    let cluster = try TestCluster.shared.get()
    let login = try TestLoginNode()
    let home = try JobsUnderTest()
    try await home.add(cluster, login: login)
    try await home.serve { jobs in
      let job = try await jobs.shell(
        "echo ready; while ! [ -e go ]; do sleep 0.05; done; echo late; exit 4", on: .ssh)
      _ = try await jobs.reaches(.running, job.id)
      let work = await jobs.there(job.workFolder, job)
      try login.suspend()
      try FileTree.write([], to: work + "/go")
      let waiting = try await jobs.shell("true", on: .ssh)
      _ = try await eventually {
        let state = try await jobs.job(waiting.id).engineState
        return state?.contains("ssh cannot reach") == true ? true : nil
      }
      #expect(try await jobs.job(job.id).state == .running)
      // One that Slurm never had ends at once.
      _ = try await jobs.cancel(waiting.id)
      #expect(try await jobs.waitForEnd(waiting.id).reason == .canceledByUser)
      try login.resume()
      let healed = ContinuousClock.now
      let ended = try await jobs.waitForEnd(job.id)
      print("an end was known \(ContinuousClock.now - healed) after the login node was back")
      #expect(ended.exitCode == 4)
      #expect(try await jobs.text(ended) == "ready\nlate\n")
    }
  }

  @Test func `a trial says that the login works`() async throws {
    let home = try JobsUnderTest()
    try await home.add(try TestCluster.shared.get(), login: try TestLoginNode.shared.get())
    let report = try await home.serve { try await $0.testSite("ssh", waitMs: 30_000) }
    #expect(report.works, "\(report.checks)")
    #expect(report.checks.first?.name == "ssh")
  }
}
