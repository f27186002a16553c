import Basics
import Foundation
import Glibc
import TestSupport
import Testing

/// What accelerators of a cluster do, with a stand-in for NVIDIA's program and the real rest.
@Suite(
  .serialized, .timeLimit(.minutes(4)),
  .enabled(if: TestCluster.isPossible && getuid() == 0, "a cluster with toy GPUs needs root"))
struct AcceleratorEndToEndTests {
  @Test func `they are metrics of the run, in top and in what the job used`() async throws {
    let cluster = try TestCluster()
    let factory = try FactoryProgram(cluster)
    defer { factory.close() }
    try FileTree.createFolder(factory.folder + "/bin")
    let smi = try factory.write(
      "bin/nvidia-smi",
      "#!/bin/sh\nfor k in 0 1; do echo \"$k, GPU-$k, 50, 1000, 4000, 200.00\"; done\n")
    #expect(chmod(smi, 0o755) == 0)
    let answer = try factory(
      "jobs", "submit", "--site", "hpc", "--gpus", "2", "--experiment", "heat", "--env",
      "PATH=\(factory.folder)/bin:/usr/bin:/bin", "--output", "quiet", "--", "sh", "-c",
      "while ! [ -e go ]; do sleep 0.1; done")
    #expect(answer.status == 0, "\(answer.errors)")
    let id = answer.output.trimmingCharacters(in: .newlines)
    try await factory.until(60, "accelerators are in top") {
      try factory("jobs", "top").output.contains("1.0/2")
    }
    try await factory.until(60, "they were measured for a while") {
      let usage = try factory("jobs", "show", id, "--output", "json").json["usage"]
      let gpu = (usage as? [String: Any])?["gpu"] as? [String: Any]
      return gpu?["measured_ms"] as? Int ?? 0 > 4_000
    }
    try factory.write("go", "")
    try await factory.until(30, "it ends") {
      try factory("jobs", "show", id, "--output", "json").json["reason"] as? String == "succeeded"
    }
    let shown = try factory("jobs", "show", id, "--output", "json").json
    let gpu = try #require((shown["usage"] as? [String: Any])?["gpu"] as? [String: Any])
    let seconds = Double(try #require(gpu["measured_ms"] as? Int)) / 1_000
    // Two of them at 200 W, half of the time busy.
    #expect(abs(try #require(gpu["energy_joules"] as? Double) - 200 * seconds) < 2)
    #expect(abs(Double(try #require(gpu["busy_ms"] as? Int)) - seconds * 500) < 50)
    let table = try factory("jobs", "show", id).output
    #expect(table.contains("GPU hours, GPUs busy 50 % of the time"), "\(table)")

    let run = try #require(shown["run"] as? String)
    for (name, value) in [
      ("utilization_percentage", "50.0"), ("memory_usage_megabytes", "1048.576"),
      ("memory_usage_percentage", "25.0"), ("power_usage_watts", "200.0"),
    ] {
      for number in 0...1 {
        let curve = try factory(
          "runs", "plot", run, "--metric", "system/gpu_\(number)_\(name)", "--output", "quiet")
        #expect(Set(curve.output.split(separator: "\n").map(String.init)) == [value], "\(name)")
      }
    }
    let tags = try factory("runs", "show", run, "--output", "json").output
    #expect(tags.contains("the drivers of the job's accelerators"), "\(tags)")
    withExtendedLifetime(cluster) {}
  }
}
