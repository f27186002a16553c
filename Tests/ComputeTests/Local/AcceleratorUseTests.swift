import Basics
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// What a job's accelerators do, told by a stand-in for NVIDIA's program.
@Suite(.timeLimit(.minutes(2))) struct AcceleratorUseTests {
  private func home() throws -> JobsUnderTest {
    try JobsUnderTest(
      accelerators: (0...1).map { Accelerator(number: $0, maker: .nvidia, uuid: "GPU-\($0)") })
  }

  /// A specification that finds a program of that text as `nvidia-smi`.
  private func spec(_ home: JobsUnderTest, _ command: String, smi: String) throws -> JobSpec {
    let folder = home.home.folder.path("bin")
    try FileTree.createFolder(folder)
    try FileTree.write(
      Array("#!/bin/sh\n\(smi)\n".utf8), to: folder + "/nvidia-smi", mode: 0o755)
    return JobSpec(
      name: "g", command: ["sh", "-c", command],
      environment: [EnvironmentVariable("PATH", "\(folder):/usr/local/bin:/usr/bin:/bin")],
      resources: JobResources(gpus: 2))
  }

  @Test func `a job tells what its accelerators do, and adds it up`() async throws {
    let home = try home()
    let asked = home.home.folder.path("asked")
    let spec = try spec(
      home, "while ! [ -e go ]; do sleep 0.1; done",
      smi: """
        echo "$*" >>\(asked)
        echo '1, GPU-1, 80, 2000, 8000, [N/A]'
        echo '0, GPU-0, 40, 1000, 8000, 100.00'
        """)
    try await home.serve { jobs in
      let id = try await jobs.submit(spec).id
      let job = try await eventually {
        let job = try await jobs.job(id)
        guard job.load?.sample.acceleratorMicrojoules ?? 0 > 0 else { return nil as Job? }
        return job
      }
      let samples = try #require(job.load?.sample)
      #expect(
        samples.accelerators == [
          AcceleratorSample(
            busyPermille: 400, memoryBytes: 1_000 << 20, memoryTotalBytes: 8_000 << 20,
            milliwatts: 100_000),
          AcceleratorSample(
            busyPermille: 800, memoryBytes: 2_000 << 20, memoryTotalBytes: 8_000 << 20),
        ], "in the order of the job's own variable")
      try FileTree.write([], to: job.workFolder + "/go")
      let ended = try await jobs.waitForEnd(id)
      let usage = try #require(ended.usage.accelerators)
      #expect(abs(Double(usage.busyMs) / Double(usage.measuredMs) - 0.6) < 0.01)
      #expect(usage.maxMemoryBytes == 2_000 << 20)
      // 100 W of one of the two.
      let seconds = Double(usage.measuredMs) / 2_000
      #expect(abs(try #require(usage.joules) - 100 * seconds) < 1)
      let words = try String(decoding: FileTree.read(asked), as: UTF8.self)
      #expect(words.hasPrefix(NvidiaTable.arguments.joined(separator: " ") + "\n"))
      #expect(words.split(separator: "\n").count < 8, "it is not asked all the time")
    }
  }

  @Test func `a program that does not answer delays nothing, and ends with the job`() async throws {
    let home = try home()
    let pid = home.home.folder.path("pid")
    let spec = try spec(home, "sleep 2", smi: "echo $$ >\(pid); exec sleep 100")
    try await home.serve { jobs in
      let ended = try await jobs.waitForEnd(try await jobs.submit(spec).id)
      #expect(ended.hasSucceeded)
      #expect(try #require(ended.endedAtMs) - #require(ended.startedAtMs) < 20_000)
      #expect(ended.usage.accelerators == nil)
      let process = try #require(
        Int32(String(decoding: FileTree.read(pid), as: UTF8.self).filter(\.isNumber)))
      #expect(ProcessStatus(of: process)?.isZombie ?? true, "it is gone")
    }
  }

  @Test func `one that fails, and a job without accelerators, tell nothing`() async throws {
    let home = try home()
    let spec = try spec(home, "sleep 3", smi: "echo '0, GPU-0, 40, 1, 8, 1'; exit 9")
    try await home.serve { jobs in
      let ended = try await jobs.waitForEnd(try await jobs.submit(spec).id)
      #expect(ended.hasSucceeded && ended.usage.accelerators == nil)
      let asked = home.home.folder.path("asked")
      var without = try self.spec(home, "sleep 2", smi: "touch \(asked)")
      without.resources.gpus = 0
      #expect(try await jobs.waitForEnd(try await jobs.submit(without).id).hasSucceeded)
      #expect(!FileTree.exists(asked))
    }
  }
}
