import Basics
import JobProtocol
import Testing

@testable import Compute

/// The script by which an attempt is submitted.
struct SlurmBatchScriptTests {
  private func script(
    _ resources: JobResources = JobResources(), name: String = "train.py",
    options: SlurmOptions = SlurmOptions(scratch: "/s"), longestSeconds: Int64? = nil
  ) -> SlurmBatchScript {
    SlurmBatchScript(
      key: AttemptKey(job: .random(), number: 3), folder: AttemptFolder(path: "/s/jobs/j/3/node0"),
      spec: JobSpec(name: name, command: ["true"], resources: resources), options: options,
      agent: "/s/agents/a", longestSeconds: longestSeconds)
  }

  @Test func `kinds of accelerators and features of nodes are Slurm's`() {
    var resources = JobResources(gpus: 2)
    (resources.gpuType, resources.features) = ("a100", ["ib", "avx512"])
    let script = script(resources)
    #expect(script.needs.contains("gres=gpu:a100:2"))
    #expect(script.needs.contains("constraint=ib&avx512"))
    #expect(
      SmallerShape.of(script.spec, by: 2, usualSeconds: nil).first?.sbatchOptions
        == ["--gres=gpu:a100:1"])
  }

  @Test func `it starts the agent and nothing else`() {
    let script = script()
    #expect(script.text.hasPrefix("#!/bin/sh\n"))
    #expect(script.text.hasSuffix("\nexec \"/s/agents/a\" run \"/s/jobs/j/3/node0\"\n"))
    #expect(script.directives.contains("job-name=\(script.key.job.rawValue).3"))
    #expect(script.directives.contains("no-requeue"))
    #expect(!script.directives.contains { $0.hasPrefix("time=") || $0.hasPrefix("mem=") })
  }

  @Test func `it starts an agent on each of several nodes`() {
    var script = script(
      JobResources(cpus: 8),
      options: SlurmOptions(scratch: "/s", commands: "/opt/slurm/bin", configuration: "/etc/s.conf")
    )
    script.spec.nodes = 4
    for expected in ["nodes=4", "ntasks=4", "ntasks-per-node=1", "cpus-per-task=8"] {
      #expect(script.directives.contains(expected))
    }
    #expect(
      script.text.hasSuffix(
        """

        PATH="/opt/slurm/bin:$PATH"
        export SLURM_CONF="/etc/s.conf"
        exec "/s/agents/a" lead srun --nodes=4 --ntasks=4 --ntasks-per-node=1 --cpus-per-task=8 \
        --kill-on-bad-exit=1 --wait=0 --export=ALL \\
          "/s/agents/a" member "/s/jobs/j/3"

        """))
  }

  @Test func `resources and the site's choices become options`() {
    let directives = script(
      JobResources(cpus: 8, memoryBytes: (1 << 30) + 1, gpus: 2, timeLimitMs: 90_000),
      options: SlurmOptions(scratch: "/s", partition: "gpu", account: "chem", qos: "long")
    ).directives
    for expected in [
      "cpus-per-task=8", "mem=1025M", "gres=gpu:2", "partition=gpu", "account=chem", "qos=long",
      // 90 s, 5 s of grace and 70 s, in whole minutes; the signal 5 + 10 s before.
      "time=3", "signal=B:USR1@15",
    ] {
      #expect(directives.contains(expected))
    }
  }

  @Test func `the margin does not make a job impossible, and then Slurm's signal keeps the grace`()
  {
    let directives = script(
      JobResources(timeLimitMs: 3_600_000, gracePeriodMs: 120_000), longestSeconds: 3_600
    ).directives
    #expect(directives.contains("time=60"))
    #expect(directives.contains("signal=B:USR1@130"))
  }

  @Test func `Slurm's signal is never before the agent's own limit`() {
    for seconds in stride(from: Int64(1), to: 400, by: 7) {
      let directives = script(
        JobResources(timeLimitMs: seconds * 1_000, gracePeriodMs: 30_000)
      ).directives
      let minutes = directives.compactMap {
        $0.hasPrefix("time=") ? Int64($0.dropFirst(5)) : nil
      }
      // It may come a minute earlier than it is asked for.
      #expect((minutes.first ?? 0) * 60 - 40 - 60 >= seconds)
    }
  }

  @Test func `a name cannot add options or commands`() {
    let text = script(name: "a\"\n#SBATCH --partition=x\n$(rm -rf /) `x`").text
    #expect(!text.contains("\n#SBATCH --partition"))
    #expect(!text.contains("$(") && !text.contains("`"))
  }

  @Test(arguments: ["relative", "/a\"b", "/a\nb", "/a$b", "/a%j"])
  func `a scratch folder that a script cannot name is refused`(path: String) {
    #expect(throws: JobError.self) { try SlurmOptions(scratch: path).check() }
  }

  @Test(arguments: ["", "a b", "x;y", "--help x"])
  func `a partition that is no word is refused`(word: String) {
    #expect(throws: JobError.self) { try SlurmOptions(scratch: "/s", partition: word).check() }
  }

  @Test func `variables that would change what Slurm's commands do are left out`() {
    let environment = SlurmCommands.environment(
      [
        "PATH": "/bin", "SBATCH_PARTITION": "x", "SLURM_JOB_ID": "4", "SQUEUE_FORMAT": "y",
        "SLURM_CONF": "/a", "HOME": "/h",
      ], SlurmOptions(scratch: "/s", commands: "/opt/slurm/bin"))
    #expect(environment["SBATCH_PARTITION"] == nil && environment["SLURM_JOB_ID"] == nil)
    #expect(environment["SLURM_CONF"] == "/a" && environment["HOME"] == "/h")
    #expect(environment["PATH"] == "/opt/slurm/bin:/bin")
  }
}
