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

  private func home(_ way: SiteUnderTest = .slurm) async throws -> (JobsUnderTest, TestCluster) {
    let cluster = try TestCluster()
    return (try await home(way, of: cluster), cluster)
  }

  private func home(
    _ way: SiteUnderTest, of cluster: TestCluster
  ) async throws -> JobsUnderTest {
    let home = try JobsUnderTest()
    if way == .rest { try await home.addREST(cluster) } else { try await home.add(cluster) }
    return home
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

  @Test(arguments: SiteUnderTest.ways)
  func `a job that Slurm puts back is lost there, and its next attempt is ours`(
    way: SiteUnderTest
  ) async throws {
    let (home, cluster) = try await home(way)
    try await home.serve { jobs in
      let restarted = try await jobs.shell(
        Self.script, on: way, restart: JobRestart(on: [.nodeFailure]))
      let other = try await jobs.shell(Self.script, on: way)
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

  @Test(arguments: SiteUnderTest.ways)
  func `a job that was put back and begun again while nobody looked ran once, and is lost`(
    way: SiteUnderTest
  ) async throws {
    let (home, cluster) = try await home(way)
    let job = try await home.serve { jobs in
      let job = try await jobs.shell(Self.script, on: way)
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
  @Test(arguments: SiteUnderTest.ways)
  func `a job that no node could start is a failed launch, and runs when they are mended`(
    way: SiteUnderTest
  ) async throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "broken")
    let prolog = "#!/bin/sh\n[ ! -e \(folder.path("broken")) ]\n"
    try FileTree.write(Array(prolog.utf8), to: folder.path("prolog"), mode: 0o755)
    let cluster = try TestCluster(settings: "Prolog=\(folder.path("prolog"))")
    let home = try await home(way, of: cluster)
    try await home.serve { jobs in
      let job = try await jobs.shell("echo $AIFACTORY_ATTEMPT >>log", on: way)
      let failed = try await jobs.waitForEnd(job.id)
      #expect(failed.reason == .launchFailed)
      #expect(try #require(failed.message).contains("CANCELLED on n"), "\(failed.message ?? "")")
      #expect(try #require(failed.message).hasSuffix("as when a node's prolog fails"))

      // Where the operators let it be put back, it is held.
      try cluster("scontrol", "update", "partitionname=main", "state=down")
      let held = try await jobs.shell("echo $AIFACTORY_ATTEMPT >>log", on: way)
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

  @Test(arguments: SiteUnderTest.ways)
  func `a rule of the site's own ends a job that it forbids, and no other`(
    way: SiteUnderTest
  ) async throws {
    let cluster = try TestCluster(
      nodes: 1,
      rules: """
        function slurm_job_submit(job, parts, uid)
          if job.min_cpus == 3 or job.cpus_per_task == 3 then
            slurm.log_user("three is a crowd: write to help@site")
            return slurm.ERROR
          end
          return slurm.SUCCESS
        end
        function slurm_job_modify(job, record, parts, uid) return slurm.SUCCESS end
        return slurm.SUCCESS
        """)
    let home = try await home(way, of: cluster)
    try await home.serve { jobs in
      let forbidden = try await jobs.shell("true", on: way, resources: JobResources(cpus: 3))
      var spec = forbidden.spec
      spec.name = "many"
      let array = try await jobs.submitArray(spec, count: 3)
      let other = try await jobs.shell("true", on: way)
      #expect(try await jobs.waitForEnd(other.id).reason == .succeeded)
      for id in [forbidden.id] + (try await jobs.list(array: array.id).map(\.id)) {
        let refused = try await jobs.waitForEnd(id)
        #expect(refused.reason == .launchFailed)
        let words = try #require(refused.message)
        #expect(
          words.contains(way == .rest ? "a rule of the site's own" : "three is a crowd"), "\(words)"
        )
      }
      #expect(try cluster("squeue", "--noheader", "--states=PENDING,RUNNING") == "")
    }
  }

  @Test(arguments: SiteUnderTest.ways)
  func `a job has nodes with the accelerators and features that it names`(
    way: SiteUnderTest
  ) async throws {
    let cluster = try TestCluster()
    try cluster("scontrol", "update", "nodename=n2", "availablefeatures=fast,oak")
    let home = try await home(way, of: cluster)
    try await home.serve { jobs in
      let site = try await jobs.refreshSite(way.rawValue)
      let kinds = try #require(site.inventory?.partition("main")?.nodes)
      #expect(kinds.contains { $0.gpuTypes == ["toy": 2] && $0.features == ["fast", "oak"] })
      #expect(kinds.contains { $0.gpuTypes == ["toy": 2] && $0.features == [] })
      func spec(_ gpus: Int, _ type: String?, _ features: [String]?) -> JobSpec {
        var spec = JobSpec(
          name: "kinds", command: ["sh", "-c", "echo $SLURMD_NODENAME $CUDA_VISIBLE_DEVICES"],
          resources: JobResources(gpus: gpus), site: way.rawValue)
        (spec.resources.gpuType, spec.resources.features) = (type, features)
        return spec
      }
      let job = try await jobs.submit(spec(2, "toy", ["oak", "fast"]))
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .succeeded, "\(ended.message ?? "")")
      #expect(try await jobs.text(job) == "n2 0,1\n")
      for (wrong, words) in [
        (spec(1, "a100", nil), "there are the types toy"),
        (spec(0, nil, ["ib"]), "there are the features fast, oak"),
        (spec(3, "toy", nil), "2 GPUs (2 toy"), (spec(0, "toy", nil), "needs a number of them"),
        (spec(1, "to y", nil), "is no name of a type"),
      ] {
        let error = await #expect(throws: JobError.self) { try await jobs.submit(wrong) }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
      }
    }
  }
}
