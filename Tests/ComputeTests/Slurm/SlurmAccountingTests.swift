import Basics
import Glibc
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// What a cluster's accounts tell once its queue has forgotten a job, with a real database.
@Suite(
  .serialized, .timeLimit(.minutes(5)),
  .enabled(if: TestCluster.canAccount, TestCluster.accountingHint))
struct SlurmAccountingTests {
  /// A cluster whose queue forgets a job some seconds after its end, and a home that charges `lab`.
  private func home(
    account: String = "lab", commands: ((TestCluster) throws -> String)? = nil
  ) async throws -> (JobsUnderTest, TestCluster) {
    let cluster = try TestCluster(accounting: true, memorySeconds: 2)
    let home = try JobsUnderTest()
    var options = SlurmOptions(
      scratch: cluster.scratch, account: account, qos: "brisk",
      configuration: cluster.configuration)
    options.commands = try commands?(cluster)
    _ = try await home.instance().addSite("slurm", options)
    return (home, cluster)
  }

  private func commands(_ cluster: TestCluster) -> SlurmCommands {
    SlurmCommands(
      options: SlurmOptions(
        scratch: cluster.scratch, configuration: cluster.configuration))
  }

  /// Waits until the queue knows nothing of any job: Slurm looks once a minute which are old enough.
  private func untilForgotten(_ cluster: TestCluster) async throws {
    for _ in 0..<600 {
      if try cluster("squeue", "--noheader", "--states=all") == "" { return }
      try await Task.sleep(for: .milliseconds(250))
    }
    throw JobError(.stopped, "the queue does not forget")
  }

  /// Waits until all jobs have ended, and takes them out of the queue's memory at once.
  private func forget(_ cluster: TestCluster) async throws {
    _ = try await eventually { try cluster("squeue", "--noheader") == "" ? true : nil }
    try cluster.forgetJobs()
    #expect(try cluster("squeue", "--noheader", "--states=all") == "")
  }

  @Test func `each way in which a job ends is told by the accounts after the queue forgot it`()
    async throws
  {
    let cluster = try TestCluster(accounting: true, memorySeconds: 2)
    let commands = commands(cluster)
    func submit(_ script: String, _ options: String = "") throws -> String {
      let usual = "--parsable --account=lab --output=/dev/null --no-requeue"
      return try cluster("sh", "-c", "sbatch \(usual) \(options) --wrap '\(script)'")
    }
    let (done, failed) = (try submit("exit 0"), try submit("exit 3"))
    let slow = try submit("sleep 300", "--time=1")
    let canceled = try submit("sleep 300")
    let lost = try submit("sleep 300", "--nodelist=n3")
    _ = try await eventually {
      let running = try cluster("squeue", "--noheader", "--states=R", "--format=%i")
      return Set(running.split(separator: "\n").map(String.init)).isSuperset(of: [slow, lost])
        ? true : nil
    }
    try cluster("scancel", canceled)
    try cluster("scontrol", "update", "nodename=n3", "state=down", "reason=test")
    try await untilForgotten(cluster)
    #expect(try await commands.queue().isEmpty)
    for (id, word, reason) in [
      (done, "COMPLETED", JobReason.lostAgent), (failed, "FAILED", .lostAgent),
      (slow, "TIMEOUT", .timeLimit), (canceled, "CANCELLED", .canceledByUser),
      (lost, "NODE_FAIL", .lostNode),
    ] {
      let job = try await commands.remembered(id)
      #expect(job?.state.word == word, "\(id)")
      #expect(job?.state.phase == .over(reason), "\(id)")
    }
    #expect(try await commands.remembered("4711") == nil)
  }

  @Test func `a job whose agent died while nobody looked is told by the accounts`() async throws {
    let (home, cluster) = try await home()
    let job = try await home.serve { jobs in
      let job = try await jobs.shell("echo $PPID; while :; do sleep 0.1; done", on: .slurm)
      _ = try await jobs.words(of: job)
      return try await jobs.reaches(.running, job.id)
    }
    let agent = try #require(
      Int32(
        String(decoding: FileTree.read(job.attemptFolder.standardOutput), as: UTF8.self)
          .filter(\.isNumber)))
    #expect(kill(agent, SIGKILL) == 0)
    try await forget(cluster)
    try await home.serve { jobs in
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .lostAgent)
      #expect(try #require(ended.message).contains("FAILED"), "\(ended.message ?? "")")
    }
  }

  @Test func `a submission whose answer was lost is found when the job has ended`() async throws {
    let (home, cluster) = try await home(commands: {
      // The answer comes when the queue has forgotten the job.
      let wait = "until [ -e \"$here/forgotten\" ]; do sleep 0.1; done\n"
      return try SlurmShims.folder(
        in: $0, SlurmShims.losesOneAnswer.replacing("echo 'sbatch", with: wait + "echo 'sbatch"))
    })
    try await home.serve { jobs in
      let job = try await jobs.shell("echo ran >>log", on: .slurm)
      // The controller tells the database of new jobs every few seconds.
      _ = try await eventually { try told(job, cluster) == "\(job.id).1|COMPLETED" ? true : nil }
      try await forget(cluster)
      try FileTree.write([], to: cluster.folder + "/shims/forgotten")
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .succeeded, "\(ended.message ?? "")")
      #expect(try FileTree.read(job.workFolder + "/log") == Array("ran\n".utf8))
      #expect(try told(job, cluster) == "\(job.id).1|COMPLETED", "Slurm had it once")
    }
  }

  /// What the accounts have of a job's first attempt.
  private func told(_ job: Job, _ cluster: TestCluster) throws -> String {
    try cluster(
      "sacct", "--noheader", "--allocations", "--parsable2", "--duplicates",
      "--name=\(job.id).1", "--starttime=now-1days", "--format=JobName,State")
  }

  @Test func `accounts have what a job was given, used and was charged to`() async throws {
    let (home, cluster) = try await home()
    try await home.serve { jobs in
      let site = try await jobs.refreshSite("slurm")
      #expect(site.inventory?.hasAccounting == true)
      let lab = site.inventory?.accounts?.first { $0.name == "lab" }
      #expect(lab.map { Set($0.qos) } == ["brisk", "normal"])
      let job = try await jobs.shell(
        "timeout 3 sh -c 'while :; do :; done'; true", on: .slurm,
        resources: JobResources(cpus: 2, gpus: 1))
      #expect(try await jobs.waitForEnd(job.id).reason == .succeeded)
      try await forget(cluster)
      let account = try await jobs.account(of: job.id)
      #expect(account.state == "COMPLETED" && account.account == "lab" && account.qos == "brisk")
      #expect(account.partition == "main" && account.nodes.hasPrefix("n"))
      #expect(account.allocated.contains("cpu=2") && account.allocated.contains("gres/gpu=1"))
      #expect((3...20).contains(account.elapsedSeconds))
      #expect(account.allocatedCoreSeconds == 2 * account.elapsedSeconds)
      #expect((1_000...6_000).contains(account.usedCpuMs), "\(account.usedCpuMs)")
      #expect(account.energyJoules == nil, "nobody measures it here")
    }
  }

  @Test func `limits of an account, and one that is not there, are told in words`() async throws {
    let (home, cluster) = try await home()
    try cluster(
      "sacctmgr", "-i", "modify", "user", "where", "name=root", "account=lab", "set", "maxjobs=1")
    try await home.serve { jobs in
      let first = try await jobs.shell("while ! [ -e go ]; do sleep 0.1; done", on: .slurm)
      _ = try await jobs.reaches(.running, first.id)
      let second = try await jobs.shell("true", on: .slurm)
      let words = try await eventually {
        let words = try await jobs.explain(second.id).sentences
        return words.contains { $0.contains("AssocMaxJobsLimit") } ? words : nil
      }
      #expect(words.contains { $0.hasPrefix("A limit of the account is reached") }, "\(words)")
      try FileTree.write([], to: first.workFolder + "/go")
      #expect(try await jobs.waitForEnd(second.id).reason == .succeeded)
    }
    let other = try JobsUnderTest()
    let scratch = cluster.scratch + "/other"
    try FileTree.createFolder(scratch)
    var options = SlurmOptions(
      scratch: scratch, account: "nobodys", configuration: cluster.configuration)
    for _ in 0..<2 {
      let error = await #expect(throws: JobError.self) {
        _ = try await other.instance().addSite("slurm", options)
      }
      #expect(error?.code == .siteInvalid)
      #expect(error?.hint?.contains(options.qos == nil ? "lab" : "brisk") == true)
      (options.account, options.qos) = ("lab", "nobodys")
    }
  }
}
