import Basics
import Foundation
import Glibc
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// A cluster that is asked by its real slurmrestd: tokens, its absence, and what only Slurm itself shows.
@Suite(
  .serialized, .timeLimit(.minutes(4)), .enabled(if: TestCluster.hasREST, TestCluster.restHint))
struct SlurmRESTTests {
  /// What is said when a site cannot be added.
  private func refusal(
    _ change: (inout RESTOptions) throws -> Void
  ) async throws -> JobError {
    let cluster = try TestCluster.shared.get()
    let home = try JobsUnderTest()
    try cluster.writeToken(to: home.tokenFile)
    var rest = RESTOptions(
      url: try cluster.restAddress, user: NSUserName(), tokenFile: home.tokenFile)
    try change(&rest)
    let options = SlurmOptions(scratch: cluster.scratch, rest: rest)
    let error = await #expect(throws: JobError.self) {
      try await home.instance().addSite("hpc", options)
    }
    return try #require(error)
  }

  @Test func `a token that has expired is told, with the way to a new one`() async throws {
    let folder = try TemporaryFolder()
    let file = folder.path("token")
    let error = try await refusal { rest in
      try TestCluster.shared.get().writeToken(to: file, seconds: 1)
      rest.tokenFile = file
      sleep(2)
    }
    #expect(error.code == .siteUnreachable)
    #expect(error.message.contains("expired"), "\(error.message)")
    #expect(try #require(error.hint).contains("scontrol token lifespan="))
  }

  @Test func `a token of another cluster is told`() async throws {
    let folder = try TemporaryFolder()
    let stranger = RESTTokenTests.token(user: NSUserName(), expiresAt: 4_000_000_000)
    let error = try await refusal { $0.tokenFile = try folder.write(stranger, to: "token") }
    #expect(error.message.contains("slurmrestd says"), "\(error.message)")
    #expect(try #require(error.hint).contains("is the token of this cluster"))
  }

  @Test func `a token that is not there, and a name that is not its owner's, are told`()
    async throws
  {
    let missing = try await refusal { $0.tokenFile = "/no/such/token" }
    #expect(missing.message.contains("/no/such/token"), "\(missing.message)")
    let stranger = try await refusal { $0.user = "nobody" }
    #expect(stranger.message.contains("is of '\(NSUserName())'"), "\(stranger.message)")
  }

  @Test func `an address where nobody answers, or somebody else, is told`() async throws {
    let nobody = try await refusal { $0.url = "http://127.0.0.1:1" }
    #expect(nobody.message.contains("does not answer"), "\(nobody.message)")
    let elsewhere = try await refusal { $0.url += "/elsewhere" }
    #expect(elsewhere.message.contains("answers HTTP 4"), "\(elsewhere.message)")
  }

  @Test func `a trial says by which way Slurm is asked, and as whom`() async throws {
    let home = try JobsUnderTest()
    try await home.addREST(try TestCluster.shared.get())
    let report = try await home.serve { try await $0.testSite("rest", waitMs: 30_000) }
    #expect(report.works, "\(report.checks)")
    let first = try #require(report.checks.first)
    #expect(first.name == "rest")
    #expect(first.words.contains("v0.0.38"), "\(first.words)")
    #expect(first.words.contains("'\(NSUserName())' is good for"), "\(first.words)")
  }

  @Test func `a trial says of an expired token what to do`() async throws {
    let home = try JobsUnderTest()
    let cluster = try TestCluster.shared.get()
    try await home.addREST(cluster)
    try cluster.writeToken(to: home.tokenFile, seconds: 1)
    try await Task.sleep(for: .seconds(2))
    let report = try await home.serve { try await $0.testSite("rest", waitMs: 30_000) }
    #expect(!report.works)
    let failed = try #require(report.checks.last)
    #expect(failed.name == "rest")
    #expect(failed.words.contains("expired"), "\(failed.words)")
    #expect(failed.hint?.contains(home.tokenFile) == true)
  }

  @Test func `jobs wait for a new token, and what ran meanwhile is found`() async throws {
    let home = try JobsUnderTest()
    let cluster = try TestCluster.shared.get()
    try await home.addREST(cluster)
    try await home.serve { jobs in
      let running = try await jobs.shell(
        "echo ready; while ! [ -e go ]; do sleep 0.05; done; exit 4", on: .rest)
      _ = try await jobs.reaches(.running, running.id)
      try cluster.writeToken(to: home.tokenFile, seconds: 1)
      try await Task.sleep(for: .seconds(2))
      let waiting = try await jobs.shell("echo late", on: .rest)
      _ = try await eventually {
        let state = try await jobs.job(waiting.id).engineState
        return state?.contains("expired") == true ? true : nil
      }
      #expect(try await jobs.explain(waiting.id).sentences.joined().contains("expired"))
      try FileTree.write([], to: running.workFolder + "/go")
      try cluster.writeToken(to: home.tokenFile)
      #expect(try await jobs.waitForEnd(running.id).exitCode == 4)
      #expect(try await jobs.waitForEnd(waiting.id).reason == .succeeded)
    }
  }

  @Test func `jobs go on while slurmrestd is away, and nothing of them is lost`() async throws {
    let home = try JobsUnderTest()
    let cluster = try TestCluster()
    try await home.addREST(cluster)
    try await home.serve { jobs in
      let running = try await jobs.shell(
        "echo ready; while ! [ -e go ]; do sleep 0.05; done; exit 4", on: .rest)
      _ = try await jobs.reaches(.running, running.id)
      try cluster.suspendREST()
      try FileTree.write([], to: running.workFolder + "/go")
      let waiting = try await jobs.shell("echo late", on: .rest)
      _ = try await eventually {
        let state = try await jobs.job(waiting.id).engineState
        return state?.contains("does not answer") == true ? true : nil
      }
      try cluster.resumeREST()
      #expect(try await jobs.waitForEnd(running.id).exitCode == 4)
      #expect(try await jobs.waitForEnd(waiting.id).reason == .succeeded)
      let names = try cluster("squeue", "--noheader", "--states=all", "--format=%j")
      #expect(names.split(separator: "\n").count == 2, "each went to Slurm once: \(names)")
    }
  }

  @Test func `a job that waits says Slurm's reason, and can be canceled`() async throws {
    let home = try JobsUnderTest()
    try await home.addREST(try TestCluster.shared.get(), partition: "closed")
    try await home.serve { jobs in
      let job = try await jobs.shell("echo never", on: .rest)
      let words = try await eventually {
        let words = try await jobs.explain(job.id).sentences.joined(separator: " ")
        return words.contains("PartitionDown") ? words : nil
      }
      #expect(words.contains("waits in the partition 'closed'"), "\(words)")
      _ = try await jobs.cancel(job.id)
      #expect(try await jobs.waitForEnd(job.id).reason == .canceledByUser)
    }
  }

  @Test func `what Slurm refuses ends with its words`() async throws {
    let home = try JobsUnderTest()
    let cluster = try TestCluster.shared.get()
    try await home.addREST(cluster)
    let jobs = home.instance()
    let engine = try #require(try await jobs.link(to: try await jobs.site("rest"))).engine
    let script = "#!/bin/sh\n#SBATCH --partition=nope\n#SBATCH --export=PATH\n"
    #expect(
      try await engine.submit(script, at: "\(cluster.scratch)/odd.sh")
        == .refused("Invalid partition name specified"))
  }

  @Test(.enabled(if: TestLoginNode.isPossible, TestLoginNode.hint))
  func `a job whose files lie behind a login node is entered there`() async throws {
    let home = try JobsUnderTest()
    try await home.addREST(try TestCluster.shared.get(), login: try TestLoginNode.shared.get())
    try await home.serve { jobs in
      let report = try await jobs.testSite("restssh", waitMs: 30_000)
      #expect(report.works, "\(report.checks)")
      #expect(report.checks.prefix(2).map(\.name) == ["ssh", "rest"])
      let job = try await jobs.shell(
        "echo ready; while ! [ -e go ]; do sleep 0.1; done", on: .restssh)
      _ = try await jobs.words(of: job)
      _ = try await jobs.reaches(.running, job.id)
      let visit = JobVisit(
        command: ["sh", "-c", "echo $AIFACTORY_JOB; touch go"], hasTerminal: false)
      let words = try await jobs.entrance(to: job.id, visit)
      let run = CommandRun(
        program: words[0], arguments: Array(words.dropFirst()),
        environment: ProcessInfo.processInfo.environment, patience: .seconds(40))
      let answer = try #require(try await run.answer())
      #expect(String(decoding: answer.output, as: UTF8.self) == "\(job.id)\n", "\(answer.errors)")
      #expect(try await jobs.waitForEnd(job.id).reason == .succeeded)
    }
  }

  @Test func `accelerators, and several nodes with an agent on each`() async throws {
    let home = try JobsUnderTest()
    try await home.addREST(try TestCluster.shared.get())
    try await home.serve { jobs in
      let gpus = try await jobs.shell(
        "echo $CUDA_VISIBLE_DEVICES", on: .rest, resources: JobResources(gpus: 2))
      var spec = JobSpec(name: "nodes", command: ["true"], site: "rest")
      spec.nodes = 2
      let many = try await jobs.submit(spec)
      #expect(try await jobs.waitForEnd(gpus.id).reason == .succeeded)
      #expect(try await jobs.text(gpus) == "0,1\n")
      let ended = try await jobs.waitForEnd(many.id)
      #expect(ended.reason == .succeeded, "\(String(describing: ended.message))")
    }
  }

  @Test func `a job on several nodes that is canceled gets its grace period`() async throws {
    let home = try JobsUnderTest()
    try await home.addREST(try TestCluster.shared.get())
    try await home.serve { jobs in
      let script = "trap 'echo saved; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
      var spec = JobSpec(name: "nodes", command: ["/bin/sh", "-c", script], site: "rest")
      spec.nodes = 2
      let job = try await jobs.submit(spec)
      _ = try await jobs.words(of: job)
      _ = try await jobs.cancel(job.id)
      #expect(try await jobs.waitForEnd(job.id).reason == .canceledByUser)
      #expect(try await jobs.text(job) == "ready\nsaved\n")
    }
  }

  @Test func `an agent stops its tasks before the partition's limit, which Slurm does not tell it`()
    async throws
  {
    let home = try JobsUnderTest()
    try await home.addREST(try TestCluster.shared.get(), partition: "brief")
    try await home.serve { jobs in
      let job = try await jobs.shell(
        "trap 'echo saved; exit 0' TERM; echo ready; while :; do sleep 0.05; done", on: .rest,
        resources: JobResources(gracePeriodMs: 46_000))
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .timeLimit)
      #expect(try await jobs.text(job) == "ready\nsaved\n")
    }
  }

  @Test func `arrays larger than the cluster takes are learned from its refusal`() async throws {
    let cluster = try TestCluster(maxArraySize: 10)
    let home = try JobsUnderTest()
    try await home.addREST(cluster)
    try await home.serve { jobs in
      let array = try await jobs.submitArray(
        JobSpec(name: "many", command: ["true"], site: "rest"), count: 24)
      for job in try await jobs.list(array: array.id) {
        #expect(try await jobs.waitForEnd(job.id).reason == .succeeded)
      }
      let ids = try await jobs.list(array: array.id).compactMap { job in
        job.engineId.flatMap { $0.split(separator: "_").first }
      }
      #expect(Set(ids).count == 4, "arrays of six, after those of 24 and 12 were refused")
    }
  }
}
