import Basics
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// Restarts after what only a real cluster does to jobs.
@Suite(
  .serialized, .timeLimit(.minutes(4)), .enabled(if: TestCluster.isPossible, TestCluster.hint))
struct SlurmRestartTests {
  /// The first attempt saves when it is told to stop, the second ends well.
  private static let script = """
    cd "$AIFACTORY_CHECKPOINT_DIR" || exit 9
    echo "$SLURMD_NODENAME"
    [ $AIFACTORY_ATTEMPT = 2 ] && exit 0
    trap 'echo saved > state; exit 0' TERM
    while :; do sleep 0.05; done
    """

  private func home(partition: String? = nil) async throws -> (JobsUnderTest, TestCluster) {
    let cluster = try TestCluster()
    let home = try JobsUnderTest()
    try await home.add(cluster, partition: partition)
    return (home, cluster)
  }

  @Test func `a partition's own limit is told to the command in time`() async throws {
    let (home, cluster) = try await home(partition: "brief")
    try await home.serve { jobs in
      let job = try await jobs.shell(
        Self.script, on: .slurm, restart: JobRestart(on: [.timeout]))
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .succeeded, "\(String(describing: ended.message))")
      #expect(ended.restartReason == .timeLimit)
      #expect(try FileTree.read(ended.checkpointFolder + "/state") == Array("saved\n".utf8))
      let states = try cluster("squeue", "--noheader", "--states=all", "--format=%j %T")
      // The agent ended by itself before Slurm had to end it.
      #expect(states.split(separator: "\n").contains("\(job.id).1 COMPLETED"), "\(states)")
    }
  }

  @Test func `a job whose node fails goes on at another one`() async throws {
    let (home, cluster) = try await home()
    try await home.serve { jobs in
      let job = try await jobs.shell(
        Self.script, on: .slurm, restart: JobRestart(on: [.nodeFailure]))
      let node = try #require(try await jobs.words(of: job).first)
      try cluster("scontrol", "update", "nodename=\(node)", "state=down", "reason=test")
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .succeeded, "\(String(describing: ended.message))")
      #expect(ended.restartReason == .lostNode)
      #expect(ended.engineId == "2")
      #expect(try await jobs.words(of: ended).first != nil)
    }
  }

  @Test func `a job that gives way to another saves first and goes on after it`() async throws {
    let (home, cluster) = try await home()
    try await home.serve { jobs in
      let job = try await jobs.shell(
        Self.script, on: .slurm, resources: JobResources(cpus: 4),
        restart: JobRestart(on: [.preemption]))
      _ = try await jobs.words(of: job)
      try cluster(
        "sbatch", "--partition=urgent", "--nodes=3", "--exclusive", "--output=/dev/null",
        "--wrap=sleep 3")
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .succeeded, "\(String(describing: ended.message))")
      #expect(ended.restartReason == .preempted)
      #expect(FileTree.exists(ended.checkpointFolder + "/state"))
    }
  }
}
