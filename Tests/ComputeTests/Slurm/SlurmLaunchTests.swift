import Basics
import Foundation
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// How jobs begin on a real cluster: a thousand at once, not at all, or once more than they should.
@Suite(
  .serialized, .timeLimit(.minutes(5)), .enabled(if: TestCluster.isPossible, TestCluster.hint))
struct SlurmLaunchTests {
  /// Writes down which attempt ran; the first one goes on until it is stopped.
  private static let script = """
    echo $AIFACTORY_ATTEMPT >>log
    echo ready
    [ $AIFACTORY_ATTEMPT = 2 ] && exit 0
    while :; do sleep 0.1; done
    """

  private func home() async throws -> (JobsUnderTest, TestCluster) {
    let cluster = try TestCluster()
    let home = try JobsUnderTest()
    try await home.add(cluster)
    return (home, cluster)
  }

  private func log(_ job: Job) throws -> String {
    String(decoding: try FileTree.read(job.workFolder + "/log"), as: UTF8.self)
  }

  /// Has Slurm stop a job, put it back and begin it again, which it does with none of ours by itself.
  private func requeue(_ id: String, on cluster: TestCluster) throws {
    try cluster("scontrol", "update", "jobid=\(id)", "requeue=1")
    try cluster("scontrol", "requeue", id)
  }

  @Test func `a thousand jobs that come at once are in Slurm's queue, each of them once`()
    async throws
  {
    let (home, cluster) = try await home()
    // None begins, so that what is measured is the handover.
    try cluster("scontrol", "update", "partitionname=main", "state=down")
    try await home.serve { jobs in
      let began = ContinuousClock.now
      var ids: [Identifier<Job>] = []
      for _ in 0..<1_000 { ids.append(try await jobs.shell("true", on: .slurm).id) }
      var names: [String] = []
      while names.count < ids.count {
        try await Task.sleep(for: .milliseconds(300))
        names = try cluster("squeue", "--noheader", "--format=%j").split(separator: "\n")
          .map(String.init)
      }
      print("1,000 jobs were in Slurm's queue after \(ContinuousClock.now - began)")
      #expect(names.sorted() == ids.map { "\($0).1" }.sorted())
      for id in ids { _ = try await jobs.cancel(id) }
      for id in ids { #expect(try await jobs.waitForEnd(id).reason == .canceledByUser) }
      #expect(try cluster("squeue", "--noheader") == "")
    }
  }

  @Test func `a job that Slurm puts back is lost there, and its next attempt is ours`() async throws
  {
    let (home, cluster) = try await home()
    try await home.serve { jobs in
      let restarted = try await jobs.shell(
        Self.script, on: .slurm, restart: JobRestart(on: [.nodeFailure]))
      let other = try await jobs.shell(Self.script, on: .slurm)
      for job in [restarted, other] {
        _ = try await jobs.words(of: job)
        try requeue(try #require(try await jobs.job(job.id).engineId), on: cluster)
      }
      let good = try await jobs.waitForEnd(restarted.id)
      #expect(good.reason == .succeeded, "\(good.message ?? "")")
      #expect(good.attempt == 2)
      #expect(good.restartReason == .lostNode)
      #expect(try log(good) == "1\n2\n")
      let lost = try await jobs.waitForEnd(other.id)
      #expect(lost.reason == .lostNode)
      #expect(
        try #require(lost.message).contains("was stopped and put back"), "\(lost.message ?? "")")
      #expect(try log(lost) == "1\n")
      _ = try await eventually { try cluster("squeue", "--noheader") == "" ? true : nil }
    }
  }

  @Test func `a job that was put back and begun again while nobody looked ran once, and is lost`()
    async throws
  {
    let (home, cluster) = try await home()
    let job = try await home.serve { jobs in
      let job = try await jobs.shell(Self.script, on: .slurm)
      _ = try await jobs.words(of: job)
      return try await jobs.job(job.id)
    }
    let id = try #require(job.engineId)
    try requeue(id, on: cluster)
    _ = try await eventually {
      try cluster("squeue", "--noheader", "--states=all", "--jobs=\(id)", "--format=%T")
        == "FAILED" ? true : nil
    }
    try await home.serve { jobs in
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .lostNode, "\(ended.message ?? "")")
      #expect(try #require(ended.message).hasSuffix("put back and begun again"))
      #expect(try log(ended) == "1\n")
    }
  }

  /// Slurm's word for it is CANCELLED.
  @Test func `a job that no node could start is a failed launch, and runs when they are mended`()
    async throws
  {
    let folder = try TemporaryFolder()
    try folder.write("", to: "broken")
    let prolog = "#!/bin/sh\n[ ! -e \(folder.path("broken")) ]\n"
    try FileTree.write(Array(prolog.utf8), to: folder.path("prolog"), mode: 0o755)
    let cluster = try TestCluster(settings: "Prolog=\(folder.path("prolog"))")
    let home = try JobsUnderTest()
    try await home.add(cluster)
    try await home.serve { jobs in
      let job = try await jobs.shell("echo $AIFACTORY_ATTEMPT >>log", on: .slurm)
      let failed = try await jobs.waitForEnd(job.id)
      #expect(failed.reason == .launchFailed)
      #expect(try #require(failed.message).contains("CANCELLED on n"), "\(failed.message ?? "")")
      #expect(try #require(failed.message).hasSuffix("as when a node's prolog fails"))

      // Where the operators let it be put back, it is held.
      try cluster("scontrol", "update", "partitionname=main", "state=down")
      let held = try await jobs.shell("echo $AIFACTORY_ATTEMPT >>log", on: .slurm)
      let id = try await eventually { try await jobs.job(held.id).engineId }
      try cluster("scontrol", "update", "jobid=\(id)", "requeue=1")
      try cluster("scontrol", "update", "partitionname=main", "state=up")
      _ = try await eventually {
        try await jobs.explain(held.id).sentences.contains {
          $0.hasPrefix("Slurm could not start it")
        }
          ? true : nil
      }
      try FileTree.remove(folder.path("broken"))
      try cluster("scontrol", "release", id)
      for (job, log) in [(held, "1\n"), (try await jobs.retry(job.id), "2\n")] {
        let ended = try await jobs.waitForEnd(job.id)
        #expect(ended.reason == .succeeded, "\(ended.message ?? "")")
        #expect(try self.log(ended) == log)
      }
    }
    withExtendedLifetime((cluster, folder)) {}
  }
}
