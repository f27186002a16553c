import Compute
import JobProtocol
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct JobRunTests {
  @Test func `a command that ends well makes its job succeed`() async throws {
    let job = try await JobsUnderTest().serve { try await $0.run(["true"]) }
    #expect(job.hasSucceeded)
    #expect(job.exitCode == 0)
    #expect(job.attempt == 1)
    #expect(job.startedAtMs != nil)
    #expect(job.usage.memoryMethod == "none")
  }

  @Test func `an exit code and a signal are told as they are`() async throws {
    try await JobsUnderTest().serve { jobs in
      let seven = try await jobs.run(["sh", "-c", "exit 7"])
      #expect(seven.reason == .failed)
      #expect(seven.exitCode == 7)
      let killed = try await jobs.run(["sh", "-c", "kill -SEGV $$"])
      #expect(killed.reason == .failed)
      #expect(killed.signal == 11)
      #expect(killed.exitCode == nil)
    }
  }

  @Test func `a program or folder that is not there is named`() async throws {
    try await JobsUnderTest().serve { jobs in
      let program = try await jobs.run(["no-such-program-here"])
      #expect(program.reason == .launchFailed)
      #expect(program.message?.contains("no-such-program-here") == true)
      let folder = try await jobs.run(["true"], workingDirectory: "/no/such/folder")
      #expect(folder.reason == .launchFailed)
      #expect(folder.message?.contains("/no/such/folder") == true)
      let text = try await jobs.run(["/etc/passwd"])
      #expect(text.message?.contains("ermission denied") == true)
    }
  }

  @Test func `a task gets its folder, variables and share of the cores`() async throws {
    try await JobsUnderTest().serve { jobs in
      let script = "pwd; echo $AIFACTORY_JOB $AIFACTORY_TASK/$AIFACTORY_TASKS $OMP_NUM_THREADS $A"
      let job = try await jobs.run(
        ["sh", "-c", script], environment: [EnvironmentVariable("A", "b c")],
        resources: JobResources(cpus: 2))
      #expect(try await jobs.text(job) == "\(job.workFolder)\n\(job.id) 0/1 2 b c\n")
    }
  }

  @Test func `a task finds the factory's home, save where its job names another`() async throws {
    try await JobsUnderTest(factoryHome: "/a home").serve { jobs in
      let script = ["sh", "-c", "echo ${AIFACTORY_HOME-none}"]
      #expect(try await jobs.text(try await jobs.run(script)) == "/a home\n")
      let other = try await jobs.run(
        script, environment: [EnvironmentVariable("AIFACTORY_HOME", "/another")])
      #expect(try await jobs.text(other) == "/another\n")
    }
  }

  @Test func `a job stays on as many cores as it asked for`() async throws {
    try await JobsUnderTest().serve { jobs in
      let job = try await jobs.run(["sh", "-c", "grep Cpus_allowed_list /proc/self/status"])
      #expect(try await jobs.text(job).split(separator: "\t").last == "0\n")
    }
  }

  @Test func `output beyond the limit is counted and dropped`() async throws {
    try await JobsUnderTest().serve { jobs in
      let job = try await jobs.run(
        ["sh", "-c", "head -c 3000000 /dev/zero; echo oops >&2"],
        resources: JobResources(outputLimitBytes: 1_000))
      #expect(job.hasSucceeded)
      #expect(job.usage.stdoutBytes == 1_000)
      #expect(job.usage.droppedOutputBytes == 2_999_000)
      #expect(try await jobs.text(job, .stderr) == "oops\n")
      let part = try await jobs.output(job.id, stream: .stdout, from: 990, limit: 100)
      #expect(part.bytes.count == 10)
      #expect(part.nextOffset == 1_000)
    }
  }

  @Test func `many tasks share a job without mixing their lines`() async throws {
    try await JobsUnderTest().serve { jobs in
      let script = "printf a; printf b; echo $AIFACTORY_TASK; test $AIFACTORY_TASK != 3"
      let job = try await jobs.run(
        ["sh", "-c", script], taskCount: 20, resources: JobResources(cpus: 4))
      #expect(job.reason == .failed)
      #expect(job.exitCode == 1)
      let lines = Set(try await jobs.text(job).split(separator: "\n").map(String.init))
      #expect(lines == Set((0..<20).map { "ab\($0)" }))
    }
  }

  @Test func `a retried job runs as its next attempt`() async throws {
    try await JobsUnderTest().serve { jobs in
      let first = try await jobs.run(["sh", "-c", "echo $AIFACTORY_ATTEMPT; exit 3"])
      #expect(try await jobs.text(first) == "1\n")
      let queued = try await jobs.retry(first.id)
      #expect(queued.exitCode == nil)
      let second = try await jobs.waitForEnd(first.id)
      #expect(second.attempt == 2)
      #expect(second.exitCode == 3)
      #expect(try await jobs.text(second) == "2\n")
    }
  }

  @Test func `two hundred jobs at once all end, each once`() async throws {
    try await JobsUnderTest(cpus: 8).serve { jobs in
      let ids = try await withThrowingTaskGroup(of: Job.self) { group in
        for number in 0..<200 {
          group.addTask {
            try await jobs.submit(
              JobSpec(
                name: "\(number)",
                command: ["sh", "-c", "echo ran >> count; exit \(number % 3)"]))
          }
        }
        return try await group.reduce(into: []) { $0.append($1.id) }
      }
      for id in ids {
        let job = try await jobs.waitForEnd(id)
        #expect(job.exitCode == Int32((Int(job.spec.name) ?? 0) % 3))
        #expect(ProcFile.text(job.workFolder + "/count") == "ran")
      }
    }
  }
}
