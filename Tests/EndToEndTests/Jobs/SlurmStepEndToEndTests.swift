import Foundation
import TestSupport
import Testing

/// What a job's command starts by `srun` is measured by Slurm, as its agent cannot see it.
@Suite(
  .serialized, .timeLimit(.minutes(3)), .enabled(if: TestCluster.isPossible, TestCluster.hint))
struct SlurmStepEndToEndTests {
  @Test func `steps that a command starts stand below its job, with what Slurm measures`()
    async throws
  {
    let cluster = try TestCluster(nodes: 2)
    let factory = try FactoryProgram(cluster)
    defer { factory.close() }
    func submit(_ words: [String], _ command: String) throws -> String {
      let answer = try factory.run(
        ["jobs", "submit", "--site", "hpc", "--output", "quiet"] + words
          + ["--", "sh", "-c", command])
      #expect(answer.status == 0, "\(answer.errors)")
      return answer.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    let loop = "sh -c 'while :; do :; done'"
    let one = try submit(["--cpus", "2"], "srun --ntasks=2 --cpus-per-task=1 \(loop)")
    // Its agents are a step themselves, which is none of the command's.
    let several = try submit(
      ["--nodes", "2"],
      "[ $AIFACTORY_NODE = 1 ] || srun --mem=0 --nodes=1 --ntasks=1 --overlap \(loop); sleep 600")
    let idle = try submit([], "sleep 600")
    try await factory.until(60, "Slurm has measured both") {
      let list = try factory("jobs", "top", "--output", "json").json["jobs"] as? [[String: Any]]
      func steps(_ id: String) -> [[String: Any]] {
        let job = list?.first { $0["id"] as? String == id }
        return job?["steps"] as? [[String: Any]] ?? []
      }
      guard let first = steps(one).first, let second = steps(several).first,
        (first["cpu_ms"] as? Int ?? 0) > 0, (second["cpu_ms"] as? Int ?? 0) > 0
      else { return false }
      #expect(steps(one).count == 1 && steps(several).count == 1 && steps(idle).isEmpty)
      #expect(first["step"] as? String == "0" && first["task_count"] as? Int == 2)
      #expect(second["step"] as? String == "1" && second["task_count"] as? Int == 1)
      #expect((first["memory_bytes"] as? Int ?? 0) > 100_000)
      return true
    }
    let table = try factory("jobs", "top").output
    #expect(table.contains("step 0, 2 tasks"), "\(table)")
    #expect(try factory("jobs", "show", one).output.contains("of memory, as Slurm measures"))
    for job in [one, several, idle] { #expect(try factory("jobs", "cancel", job).status == 0) }
    withExtendedLifetime(cluster) {}
  }
}
