import JobProtocol
import Testing

@testable import Compute

struct SmallerShapeTests {
  @Test func `everything that can be divided is, one thing at a time`() {
    let spec = JobSpec(
      name: "n", command: ["true"],
      resources: JobResources(
        cpus: 8, memoryBytes: 4_000_000_000, gpus: 2, timeLimitMs: 2 * 3_600_000))
    let shapes = SmallerShape.of(spec, by: 2, usualSeconds: nil)
    #expect(
      shapes.map(\.submitOption) == ["--gpus 1", "--cpus 4", "--memory 2000MB", "--time 60m"])
    #expect(
      shapes.map(\.sbatchOptions) == [
        ["--gres=gpu:1"], ["--cpus-per-task=4"], ["--mem=1908M"], ["--time=60"],
      ])
    #expect(shapes.map(\.words) == ["1 GPU", "4 CPUs", "2000 MB of memory", "60 minutes"])
    #expect(SmallerShape.of(spec, by: 4, usualSeconds: nil).map(\.words).first == "2 CPUs")
  }

  @Test func `a job that asks for no time is measured by what the partition gives`() {
    var spec = JobSpec(name: "n", command: ["true"])
    #expect(SmallerShape.of(spec, by: 2, usualSeconds: nil).isEmpty)
    #expect(SmallerShape.of(spec, by: 2, usualSeconds: 3_600).map(\.words) == ["30 minutes"])
    spec.nodes = 4
    #expect(
      SmallerShape.of(spec, by: 4, usualSeconds: nil).map(\.sbatchOptions)
        == [["--nodes=1", "--ntasks=1"]])
  }

  @Test(arguments: [
    (
      "sbatch: Job 15 to start at 2026-11-26T23:50:00 using 4 processors on nodes n1 in partition main",
      "2026-11-26T23:50:00" as String?
    ),
    ("allocation failure: Requested node configuration is not available", nil), ("", nil),
  ])
  func `the time is read out of what sbatch says`(text: String, time: String?) {
    #expect(SlurmWaitWords.start(text) == time)
  }
}
