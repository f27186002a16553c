import Basics
import Foundation
import TestSupport
import Testing

/// Jobs on several nodes of a Slurm cluster, with the real programs and PyTorch.
@Suite(
  .serialized, .timeLimit(.minutes(6)), .enabled(if: TestCluster.isPossible, TestCluster.hint))
struct SlurmNodesEndToEndTests {
  private static let hasTorch = FileTree.exists(MLflowClient.pythonWithTorch)

  /// A factory with a site `hpc`, and the cluster behind it.
  private func factory() throws -> (FactoryProgram, TestCluster) {
    let cluster = try TestCluster()
    return (try FactoryProgram(cluster), cluster)
  }

  @Test(.enabled(if: hasTorch, "PyTorch is not installed; `make mlflow-client` installs it"))
  func `data-parallel trainings on several nodes have the losses of one process`() throws {
    let (factory, cluster) = try factory()
    defer { factory.close() }
    let example = "\(packageFolder)/Examples/data-parallel/train.py"
    let python = MLflowClient.pythonWithTorch
    let alone = try losses(factory, [], [python, example])
    #expect(alone.count == 40)
    #expect(try #require(alone.last) < 0.8 * #require(alone.first), "it learns")

    let nodes = try losses(factory, ["--site", "hpc", "--nodes", "2"], [python, example])
    try #require(nodes.count == alone.count, "the run has each step once")
    let several = try losses(
      factory, ["--site", "hpc", "--nodes", "2", "--cpus", "2"],
      [python, "-m", "torch.distributed.run", "--nproc-per-node", "2", example])
    try #require(several.count == alone.count)
    for (one, others) in zip(alone, zip(nodes, several)) {
      #expect(abs(one - others.0) < 1e-4)
      #expect(abs(one - others.1) < 1e-4)
    }
    #expect(nodes != alone, "gradients of two halves are added in another order")
    withExtendedLifetime(cluster) {}
  }

  /// The losses that a training logs into the run of its job.
  private func losses(
    _ factory: FactoryProgram, _ options: [String], _ command: [String]
  ) throws -> [Double] {
    let words =
      ["jobs", "submit", "--experiment", "data-parallel", "--wait", "--output", "json"] + options
      + ["--env", "MLFLOW_DISABLE_TELEMETRY=true", "--"] + command
    let job = try factory.run(words)
    let id = job.json["id"] as? String ?? ""
    let errors = try factory("jobs", "logs", "--stderr", id).output
    #expect(job.status == 0, "\(job.output)\(job.errors)\(errors.suffix(4_000))")
    let run = try #require(job.json["run"] as? String)
    let curve = try factory("runs", "plot", run, "--metric", "loss", "--output", "quiet").output
    return curve.split(separator: "\n").compactMap { Double($0) }
  }

  @Test func `a workflow searches with trials that take several nodes each`() throws {
    let (factory, cluster) = try factory()
    defer { factory.close() }
    try factory.write(
      "wide.yaml",
      """
      name: wide
      train:
        command: [sh, -c, "echo node $AIFACTORY_NODE of $AIFACTORY_NODES, loss=$(echo {x} $RANK)"]
        site: hpc
        resources: {nodes: 2}
        search:
          parameters: {x: {int: [1, 9]}}
          metric: loss
          read: {output: 'loss=(\\d+) 0'}
          trials: 2
          parallel: 1

      """)
    let run = try factory("run", "wide.yaml", "--output", "json")
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    let list = try factory("jobs", "list", "--output", "json").json
    let all = try #require(list["jobs"] as? [[String: Any]])
    // The study's own job stays here.
    let jobs = all.filter { $0["site"] as? String == "hpc" }
    #expect(jobs.count == 2)
    #expect(jobs.allSatisfy { $0["nodes"] as? Int == 2 })
    let id = try #require(jobs.first?["id"] as? String)
    for node in 0..<2 {
      let output = try factory("jobs", "logs", "--node", "\(node)", id).output
      #expect(output.hasPrefix("node \(node) of 2, loss="))
    }
    let chain = try factory("explain", id).output
    #expect(chain.contains("It takes 2 nodes of 'hpc'."), "\(chain)")
    withExtendedLifetime(cluster) {}
  }

  @Test func `a job on several nodes is shown with its nodes, their lines and the one that failed`()
    throws
  {
    let (factory, cluster) = try factory()
    defer { factory.close() }
    let job = try factory(
      "jobs", "submit", "--site", "hpc", "--nodes", "3", "--wait", "--output", "json", "--", "sh",
      "-c", "echo here is $RANK; printf end; [ $RANK != 2 ] || { sleep 3; exit 5; }; sleep 60")
    #expect(job.status == 1)
    #expect(job.json["nodes"] as? Int == 3)
    #expect(job.json["exit_code"] as? Int == 5)
    let id = try #require(job.json["id"] as? String)
    let logs = try factory("jobs", "logs", id).output.split(separator: "\n").sorted()
    #expect(logs == (0..<3).flatMap { ["\($0): end", "\($0): here is \($0)"] })
    #expect(try factory("jobs", "logs", "--node", "1", id).output == "here is 1\nend")
    let wrong = try factory("jobs", "logs", "--node", "3", id, "--output", "json")
    #expect(wrong.status == 2)
    #expect(wrong.error["code"] as? String == "job_node_unknown")
    let table = try factory("jobs", "show", id).output
    #expect(table.contains("3 nodes, on each 1 CPU"), "\(table)")
    #expect(table.contains(/node 2 \(n\d\) failed/), "\(table)")

    let here = try factory("jobs", "submit", "--nodes", "2", "--output", "json", "--", "true")
    #expect(here.status == 2)
    #expect(here.error["code"] as? String == "job_resources_impossible")
    withExtendedLifetime(cluster) {}
  }
}
