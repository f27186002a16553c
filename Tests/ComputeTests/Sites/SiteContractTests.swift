import Basics
import Glibc
import GRDB
import JobProtocol
import Synchronization
import TestSupport
import Testing

@testable import Compute

/// What a job does is the same on every site: each driver passes all of this, on its real engine.
@Suite(.timeLimit(.minutes(3))) struct SiteContractTests {
  @Test(arguments: SiteUnderTest.possible)
  func `a job runs, prints and succeeds`(site: SiteUnderTest) async throws {
    try await site.home().serve { jobs in
      let submitted = try await jobs.shell(
        "echo out; echo err >&2; echo $AIFACTORY_JOB; pwd", on: site)
      #expect(submitted.state == .queued)
      let job = try await jobs.waitForEnd(submitted.id)
      #expect(job.reason == .succeeded, "\(String(describing: job.message))")
      #expect(job.exitCode == 0)
      #expect(job.attempt == 1)
      #expect(job.site == site.rawValue)
      let workFolder = await jobs.there(job.workFolder, job)
      #expect(try await jobs.text(job) == "out\n\(job.id)\n\(workFolder)\n")
      #expect(try await jobs.text(job, .stderr) == "err\n")
      #expect(try #require(job.startedAtMs) >= job.createdAtMs)
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `each attempt gets a fresh copy of the code as it was`(site: SiteUnderTest) async throws {
    let home = try await site.home()
    let folder = home.home.folder
    try folder.write("echo first", to: "sources/say.sh")
    try folder.write("secret", to: "sources/ignored.txt")
    try folder.write("ignored.txt\n", to: "sources/.gitignore")
    try await home.serve { jobs in
      let script = "sh say.sh; ls -A | tr '\\n' ' '; echo changed >say.sh; echo >left"
      var spec = JobSpec(
        name: "test", command: ["/bin/sh", "-c", script],
        site: site == .local ? nil : site.rawValue)
      spec.code = try await jobs.keepCode(folder.path("sources"))
      let job = try await jobs.submit(spec)
      // What becomes of the folder afterwards is nothing to the job.
      try FileTree.remove(folder.path("sources"))
      for number in 1...2 {
        let ended = try await jobs.waitForEnd(job.id)
        #expect(ended.reason == .succeeded, "\(String(describing: ended.message))")
        #expect(ended.attempt == number)
        #expect(try await jobs.text(ended) == "first\n.gitignore say.sh ")
        if number == 1 { _ = try await jobs.retry(job.id) }
      }
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `an exit code and a signal are told`(site: SiteUnderTest) async throws {
    try await site.home().serve { jobs in
      let failing = try await jobs.shell("exit 7", on: site)
      let killed = try await jobs.shell("kill -SEGV $$", on: site)
      let failed = try await jobs.waitForEnd(failing.id)
      #expect(failed.reason == .failed)
      #expect(failed.exitCode == 7)
      #expect(try await jobs.waitForEnd(killed.id).signal == SIGSEGV)
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `a command that is not there is a launch that failed`(site: SiteUnderTest) async throws {
    try await site.home().serve { jobs in
      let job = try await jobs.submit(
        JobSpec(
          name: "test", command: ["no-such-program"], site: site == .local ? nil : site.rawValue))
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .launchFailed)
      #expect(try #require(ended.message).contains("no-such-program"))
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `a canceled job gets TERM and its grace period`(site: SiteUnderTest) async throws {
    try await site.home().serve { jobs in
      let job = try await jobs.shell(
        "trap 'echo saved; exit 0' TERM; echo ready; while :; do sleep 0.05; done", on: site)
      _ = try await jobs.words(of: job)
      _ = try await jobs.cancel(job.id)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .canceledByUser)
      #expect(try await jobs.text(job) == "ready\nsaved\n")
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `a time limit stops what runs over it`(site: SiteUnderTest) async throws {
    try await site.home().serve { jobs in
      let job = try await jobs.shell(
        "echo $$; while :; do sleep 0.05; done", on: site,
        resources: JobResources(timeLimitMs: 700, gracePeriodMs: 200))
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .timeLimit)
      let pid = try #require(try await jobs.words(of: job).first.flatMap { Int32($0) })
      #expect(!isAlive(pid))
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `a memory limit stops what takes more`(site: SiteUnderTest) async throws {
    try await site.home().serve { jobs in
      let job = try await jobs.shell(
        "exec python3 -c 'import time; x = bytearray(300 << 20); time.sleep(60)'", on: site,
        resources: JobResources(memoryBytes: 100 << 20))
      #expect(try await jobs.waitForEnd(job.id).reason == .memoryLimit)
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `reports arrive in order, once each`(site: SiteUnderTest) async throws {
    let sink = CountingSink()
    try await site.home(sinks: ["count": sink]).serve { jobs in
      let job = try await jobs.shell(
        """
        for i in 1 2 3 4 5; do
          echo "{\\"progress\\":{\\"phase\\":\\"$i\\",\\"message\\":\\"\\"}}" >&3; sleep 0.1
        done
        """, on: site, purpose: "count")
      #expect(try await jobs.waitForEnd(job.id).reason == .succeeded)
    }
    #expect(sink.phases.withLock { $0 } == ["1", "2", "3", "4", "5"])
  }

  @Test(arguments: SiteUnderTest.possible)
  func `a job goes on without a server, and the next one finds its end`(site: SiteUnderTest)
    async throws
  {
    let home = try await site.home()
    let (job, workFolder) = try await home.serve { jobs in
      let job = try await jobs.shell(
        "echo ready; while ! [ -e go ]; do sleep 0.02; done; exit 5", on: site)
      _ = try await jobs.words(of: job)
      return (job, await jobs.there(job.workFolder, job))
    }
    try FileTree.write([], to: workFolder + "/go")
    try await home.serve { jobs in
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.exitCode == 5)
      #expect(ended.attempt == 1)
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `a running job is taken up by the next server, which can cancel it`(site: SiteUnderTest)
    async throws
  {
    let home = try await site.home()
    let job = try await home.serve { jobs in
      let job = try await jobs.shell("echo $$; while :; do sleep 0.05; done", on: site)
      _ = try await jobs.words(of: job)
      return job
    }
    try await home.serve { jobs in
      let pid = try #require(try await jobs.words(of: job).first.flatMap { Int32($0) })
      #expect(isAlive(pid))
      _ = try await jobs.cancel(job.id)
      #expect(try await jobs.waitForEnd(job.id).reason == .canceledByUser)
      #expect(!isAlive(pid))
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `a retry is an attempt of its own`(site: SiteUnderTest) async throws {
    try await site.home().serve { jobs in
      let job = try await jobs.shell(
        "echo $AIFACTORY_ATTEMPT; [ $AIFACTORY_ATTEMPT = 2 ]", on: site)
      #expect(try await jobs.waitForEnd(job.id).reason == .failed)
      _ = try await jobs.retry(job.id)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .succeeded)
      #expect(ended.attempt == 2)
      #expect(try await jobs.text(ended) == "2\n")
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `an agent that is killed is noticed`(site: SiteUnderTest) async throws {
    try await site.home().serve { jobs in
      let job = try await jobs.shell("echo $PPID; while :; do sleep 0.05; done", on: site)
      let agent = try #require(try await jobs.words(of: job).first.flatMap { Int32($0) })
      #expect(kill(agent, SIGKILL) == 0)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .lostAgent, "\(String(describing: ended.message))")
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `an attempt that is started twice runs once`(site: SiteUnderTest) async throws {
    try await site.home().serve { jobs in
      let job = try await jobs.shell(
        "echo ran >> log; while ! [ -e go ]; do sleep 0.02; done", on: site)
      let running = try await jobs.reaches(.running, job.id)
      try await jobs.startAgain(running)
      let workFolder = await jobs.there(job.workFolder, job)
      try FileTree.write([], to: workFolder + "/go")
      #expect(try await jobs.waitForEnd(job.id).reason == .succeeded)
      // The second start may still be on its way.
      try await Task.sleep(for: .seconds(2))
      #expect(try FileTree.read(workFolder + "/log") == Array("ran\n".utf8))
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `tasks of a job share its place`(site: SiteUnderTest) async throws {
    try await site.home().serve { jobs in
      let job = try await jobs.shell(
        "echo $AIFACTORY_TASK", on: site, taskCount: 5, resources: JobResources(cpus: 2))
      #expect(try await jobs.waitForEnd(job.id).reason == .succeeded)
      #expect(
        try await jobs.text(job).split(separator: "\n").sorted() == ["0", "1", "2", "3", "4"])
    }
  }
}

extension Jobs {
  /// Gives the running attempt of a job to its driver a second time.
  func startAgain(_ job: Job) async throws {
    let attempt = try #require(open[AttemptKey(job: job.id, number: job.attempt)])
    let driver = try #require(drivers[job.site])
    try await driver.start(attempt, attempt.instruction(of: job, capacity: capacity))
  }
}

/// Keeps the phases that were reported.
final class CountingSink: JobReportSink {
  let phases = Mutex<[String]>([])

  func apply(_ reports: [TaskReport], of job: Identifier<Job>, in db: Database) throws {
    for case .progress(let phase, _, _) in reports { phases.withLock { $0.append(phase) } }
  }
}
