import Basics
import Glibc
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// What happens when servers and agents die.
@Suite(.timeLimit(.minutes(2))) struct JobSurvivalTests {
  @Test func `a job goes on without a server and its end is found by the next one`() async throws {
    let home = try JobsUnderTest()
    let job = try await home.serve { jobs in
      let job = try await jobs.shell("echo ready; while ! [ -e go ]; do sleep 0.01; done; exit 5")
      _ = try await jobs.words(of: job)
      return job
    }
    try home.home.folder.write("", to: "jobs/\(job.id)/work/go")
    let folder = AttemptFolder(path: "\(job.folder)/1/local")
    var reader = JournalReader(path: folder.journal)
    var records: [JournalRecord] = []
    _ = try await eventually { () -> Bool? in
      records += reader.next()
      if case .ended = records.last?.event { return true }
      return nil
    }
    #expect(try await home.instance().job(job.id).state == .running, "nobody has told the ledger")
    try await home.serve { jobs in
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.exitCode == 5)
      #expect(ended.attempt == 1)
    }
  }

  @Test func `what tasks of several do is in the journal soon, and all of it in the end`()
    async throws
  {
    try await JobsUnderTest().serve { jobs in
      let spec = JobSpec(
        name: "test", command: ["sh", "-c", "while ! [ -e go ]; do sleep 0.01; done"],
        taskCount: 2, resources: JobResources(cpus: 2))
      let job = try await jobs.submit(spec)
      var reader = JournalReader(path: AttemptFolder(path: "\(job.folder)/1/local").journal)
      var events: [JournalEvent] = []
      func begun() -> Int { events.count { if case .taskStarted = $0 { true } else { false } } }
      func ended() -> Int { events.count { if case .taskEnded = $0 { true } else { false } } }
      _ = try await eventually { () -> Bool? in
        events += reader.next().map(\.event)
        return begun() == 2 ? true : nil
      }
      #expect(ended() == 0)
      try FileTree.write([], to: job.workFolder + "/go")
      #expect(try await jobs.waitForEnd(job.id).hasSucceeded)
      events += reader.next().map(\.event)
      #expect(ended() == 2)
      guard case .ended = events.last else {
        Issue.record("the journal ends with \(String(describing: events.last))")
        return
      }
    }
  }

  @Test func `a running job is taken up by the next server, which can cancel it`() async throws {
    let home = try JobsUnderTest()
    let job = try await home.serve { jobs in
      let job = try await jobs.shell("echo $$; while :; do sleep 0.01; done")
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

  @Test func `jobs that are canceled while the next server takes them up are stopped`() async throws
  {
    let home = try JobsUnderTest(cpus: 24)
    let jobs = try await home.serve { jobs in
      var begun: [Job] = []
      for _ in 0..<24 { begun.append(try await jobs.shell("echo; exec sleep 1000")) }
      for job in begun { _ = try await jobs.reaches(.running, job.id) }
      return begun
    }
    try await home.serve { server in
      // At once, so that each is somewhere else on its way.
      try await withThrowingTaskGroup(of: Void.self) { group in
        for job in jobs { group.addTask { _ = try await server.cancel(job.id) } }
        try await group.waitForAll()
      }
      for job in jobs {
        #expect(try await server.waitForEnd(job.id).reason == .canceledByUser)
      }
    }
  }

  @Test func `an agent that is killed is noticed, and what it left is killed too`() async throws {
    try await JobsUnderTest().serve { jobs in
      let job = try await jobs.shell(JobLimitTests.escape + "\nwhile :; do sleep 100; done")
      let pids = try await jobs.words(of: job).compactMap { Int32($0) }
      let agent = try #require(
        LocalAgents(agentPath: "/bin/true").agent(
          of: AttemptFolder(path: "\(job.folder)/1/local")))
      #expect(kill(agent, SIGKILL) == 0)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .lostAgent)
      #expect(pids.count == 3)
      #expect(pids.allSatisfy { !isAlive($0) })
      let again = try await jobs.retry(job.id)
      #expect(again.state == .queued)
      _ = try await jobs.cancel(job.id)
    }
  }

  @Test func `an agent that died while no server ran, with a torn journal, is noticed`()
    async throws
  {
    let home = try JobsUnderTest()
    let job = try await home.serve { jobs in
      let job = try await jobs.shell("echo $$; while :; do sleep 100; done")
      _ = try await jobs.words(of: job)
      return job
    }
    let folder = AttemptFolder(path: "\(job.folder)/1/local")
    let agent = try #require(LocalAgents(agentPath: "/bin/true").agent(of: folder))
    #expect(kill(agent, SIGKILL) == 0)
    let journal = open(folder.journal, O_WRONLY | O_APPEND)
    _ = write(journal, [40, 0, 0, 0, 1, 2], 6)
    close(journal)
    try await home.serve { jobs in
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .lostAgent)
    }
  }

  @Test func `an attempt whose server died before its agent began runs once`() async throws {
    let home = try JobsUnderTest()
    let jobs = home.instance()
    let job = try await jobs.submit(
      JobSpec(name: "x", command: ["sh", "-c", "echo ran >> count"]))
    // What a server had committed when it was killed: the attempt, and nothing on the disk.
    let store = JobStore(folder: home.configuration.folder)
    let place = Packing.Holding(job: job.id, cpus: [0], memoryBytes: 0, gpus: [])
    _ = try await home.home.ledger.write { db in
      try store.begin(place, marker: "m", bootId: ProcFile.bootId(), atMs: 1, in: db)?.job
    }
    try await home.serve { jobs in
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.hasSucceeded)
      #expect(ProcFile.text(ended.workFolder + "/count") == "ran")
    }
    // A late agent of the same attempt finds it taken.
    let folder = AttemptFolder(path: "\(job.folder)/1/local")
    let driver = try LocalAgents(agentPath: home.configuration.agentPath)
    let pid = try driver.launch(folder)
    var status: Int32 = 0
    #expect(waitpid(pid, &status, 0) == pid)
    #expect(status >> 8 == 75)
    #expect(ProcFile.text("\(job.folder)/work/count") == "ran")
  }

  @Test func `a job that ran before the machine restarted is told lost, not run again`()
    async throws
  {
    let home = try JobsUnderTest()
    let job = try await home.instance().submit(JobSpec(name: "x", command: ["true"]))
    let store = JobStore(folder: home.configuration.folder)
    let place = Packing.Holding(job: job.id, cpus: [0], memoryBytes: 0, gpus: [])
    _ = try await home.home.ledger.write { db in
      try store.begin(place, marker: "m", bootId: "another boot", atMs: 1, in: db)?.job
    }
    try await home.serve { jobs in
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .lostNode)
    }
  }

  @Test func `a missing agent ends the job with words`() async throws {
    let home = try JobsUnderTest()
    var configuration = home.configuration
    configuration.agentPath = "/no/agent"
    let jobs = Jobs(ledger: home.home.ledger, configuration: configuration)
    await #expect(throws: JobError.self) { try await jobs.run() }
  }
}
