import Basics
import JobProtocol
import TestSupport

@testable import Compute

/// A site that is told what every site must do.
enum SiteUnderTest: String, CaseIterable, Sendable {
  case local, slurm

  /// Those that can be had here.
  static var possible: [SiteUnderTest] { TestCluster.isPossible ? [.local, .slurm] : [.local] }

  /// Jobs of a home that has the site.
  func home(sinks: [String: any JobReportSink] = [:]) async throws -> JobsUnderTest {
    let home = try JobsUnderTest(sinks: sinks)
    if self == .slurm { try await home.add(try TestCluster.shared.get()) }
    return home
  }
}

extension JobsUnderTest {
  /// Adds a cluster as the site `slurm`.
  ///
  /// - Parameter commands: folder of the commands to use in place of the cluster's own.
  func add(
    _ cluster: TestCluster, partition: String? = nil, commands: String? = nil
  ) async throws {
    _ = try await instance().addSite("slurm", try options(cluster, partition, commands))
  }

  private func options(
    _ cluster: TestCluster, _ partition: String?, _ commands: String?
  ) throws -> SlurmOptions {
    let scratch = "\(cluster.scratch)/\(Identifier<Job>.random().rawValue)"
    try FileTree.createFolder(scratch)
    return SlurmOptions(
      scratch: scratch, partition: partition, commands: commands,
      configuration: cluster.configuration)
  }
}

extension Jobs {
  /// Submits a shell script to a site.
  func shell(
    _ script: String, on site: SiteUnderTest, taskCount: Int = 1, purpose: String = "command",
    resources: JobResources = JobResources()
  ) async throws -> Job {
    try await submit(
      JobSpec(
        name: "say \"hello\"", command: ["/bin/sh", "-c", script], taskCount: taskCount,
        resources: resources, site: site == .local ? nil : site.rawValue, purpose: purpose))
  }

  /// Waits until a job is in a state.
  func reaches(_ state: JobStateMachine.State, _ id: Identifier<Job>) async throws -> Job {
    try await eventually {
      let job = try await self.job(id)
      return job.state == state ? job : nil
    }
  }
}
