import Testing

@testable import Compute

/// What Slurm tells of steps of jobs that run.
struct SlurmStepTests {
  @Test func `the lines of sstat are steps, and complaints are none`() {
    let steps = SlurmStep.steps(
      """
      12.batch|1|cpu=00:00:00,energy=0,fs/disk=9,mem=8192,pages=0,vmem=8192
      12.1|3|cpu=01:00:02,energy=0,fs/disk=2012,mem=1364K,pages=0,vmem=2000K
      12_4.0|2|
      sstat: error: no steps running for job 13
      """)
    #expect(
      steps == [
        SlurmStep(job: "12", step: "batch", taskCount: 1, cpuMs: 0, residentBytes: 8_192),
        SlurmStep(
          job: "12", step: "1", taskCount: 3, cpuMs: 3_602_000, residentBytes: 1_396_736),
        SlurmStep(job: "12_4", step: "0", taskCount: 2, cpuMs: 0, residentBytes: 0),
      ])
  }
}
