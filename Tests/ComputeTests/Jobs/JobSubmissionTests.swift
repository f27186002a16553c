import Basics
import Compute
import JobProtocol
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct JobSubmissionTests {
  @Test func `a submission with a known identifier returns the job that has it`() async throws {
    try await JobsUnderTest().serve { jobs in
      let id = Identifier<Job>.random()
      let first = try await jobs.submit(JobSpec(name: "a", command: ["true"]), id: id)
      let second = try await jobs.submit(JobSpec(name: "b", command: ["false"]), id: id)
      #expect(first == second)
      let known = try await jobs.list()
      #expect(known.count == 1)
    }
  }

  @Test(arguments: [
    (JobSpec(name: "", command: ["x"]), JobError.Code.specInvalid),
    (JobSpec(name: "a", command: []), .specInvalid),
    (JobSpec(name: "a", command: ["x"], workingDirectory: "relative"), .specInvalid),
    (
      JobSpec(name: "a", command: ["x"], environment: [EnvironmentVariable("A=B", "")]),
      .specInvalid
    ),
    (JobSpec(name: "a", command: ["x"], taskCount: 0), .specInvalid),
    (JobSpec(name: "a", command: ["x"], resources: JobResources(cpus: 5)), .resourcesImpossible),
    (JobSpec(name: "a", command: ["x"], resources: JobResources(gpus: 1)), .resourcesImpossible),
    (
      JobSpec(name: "a", command: ["x"], resources: JobResources(memoryBytes: 9 << 30)),
      .resourcesImpossible
    ),
    (JobSpec(name: "a", command: ["x"], site: "moon"), .siteUnknown),
  ])
  func `what can never run is refused at once`(spec: JobSpec, code: JobError.Code) async throws {
    try await JobsUnderTest().serve { jobs in
      let error = await #expect(throws: JobError.self) { _ = try await jobs.submit(spec) }
      #expect(error?.code == code)
      let known = try await jobs.list()
      #expect(known.isEmpty)
    }
  }

  /// Sums and products of what a request may name must not overflow, which would end the program.
  @Test(arguments: [
    JobResources(cpus: .max), JobResources(gpus: .max), JobResources(gpus: .min),
    JobResources(memoryBytes: .max - 1), JobResources(memoryBytes: .min),
    // Megabytes without their unit.
    JobResources(memoryBytes: 4_000),
    JobResources(timeLimitMs: .max), JobResources(timeLimitMs: 1_000_000_000_000_000),
    JobResources(gracePeriodMs: .max), JobResources(outputLimitBytes: .max),
  ])
  func `amounts that no machine has are refused`(resources: JobResources) async throws {
    try await JobsUnderTest().serve { jobs in
      let spec = JobSpec(name: "a", command: ["x"], resources: resources)
      let error = await #expect(throws: JobError.self) { _ = try await jobs.submit(spec) }
      #expect(error?.code == .specInvalid)
    }
  }

  @Test func `a memory that this machine does not have is named in megabytes, however large`()
    async throws
  {
    try await JobsUnderTest().serve { jobs in
      let spec = JobSpec(
        name: "a", command: ["x"],
        resources: JobResources(memoryBytes: 999_999_999_999_500_000))
      let error = await #expect(throws: JobError.self) { _ = try await jobs.submit(spec) }
      #expect(error?.code == .resourcesImpossible)
      #expect(error?.message.contains("1000000000000 MB") == true)
    }
  }

  @Test func `an unknown job is an error with a hint`() async throws {
    try await JobsUnderTest().serve { jobs in
      let id = Identifier<Job>.random()
      for ask in [jobs.job, jobs.cancel, jobs.retry, jobs.waitForEnd] {
        let error = await #expect(throws: JobError.self) { _ = try await ask(id) }
        #expect(error?.code == .jobNotFound)
      }
    }
  }

  @Test func `priorities go first, then age`() async throws {
    try await JobsUnderTest(cpus: 1).serve { jobs in
      let blocker = try await jobs.shell("while ! [ -e ../../go ]; do sleep 0.01; done")
      var ids: [Identifier<Job>] = []
      for priority in [0, 0, 5, -5] {
        ids.append(
          try await jobs.submit(
            JobSpec(
              name: "p", command: ["sh", "-c", "echo $AIFACTORY_JOB >> ../../order"],
              priority: priority)
          ).id)
      }
      _ = try await jobs.cancel(blocker.id)
      for id in ids { _ = try await jobs.waitForEnd(id) }
      let folder = blocker.folder.split(separator: "/").dropLast().map { "/" + $0 }.joined()
      let order = ProcFile.text(folder + "/order")?.split(separator: "\n").map(String.init)
      #expect(order == [ids[2], ids[0], ids[1], ids[3]].map(\.rawValue))
    }
  }

  @Test func `a job that waits says for what, and who has it`() async throws {
    try await JobsUnderTest(cpus: 2).serve { jobs in
      let holder = try await jobs.shell("echo ready; sleep 100")
      _ = try await jobs.words(of: holder)
      let waiting = try await jobs.submit(
        JobSpec(name: "w", command: ["true"], resources: JobResources(cpus: 2)))
      let why = try await jobs.explain(waiting.id)
      #expect(why.holders == [holder.id])
      #expect(why.sentences.first == "The job waits for 2 CPUs, of which 1 are free.")
      #expect(try await jobs.explain(holder.id).sentences.first?.contains("on cores 0") == true)
      _ = try await jobs.cancel(holder.id)
      #expect(try await jobs.waitForEnd(waiting.id).hasSucceeded)
      let end = try await jobs.explain(waiting.id)
      #expect(end.sentences == ["The job ended as it should, with exit code 0."])
    }
  }

  @Test func `updates show each job to its end and then finish`() async throws {
    try await JobsUnderTest().serve { jobs in
      let job = try await jobs.shell("true")
      var states: [JobStateMachine.State] = []
      for await update in await jobs.updates(of: job.id) { states.append(update.state) }
      #expect(states.last == .ended)
      var late: [JobStateMachine.State] = []
      for await update in await jobs.updates(of: job.id) { late.append(update.state) }
      #expect(late == [.ended])
    }
  }
}
