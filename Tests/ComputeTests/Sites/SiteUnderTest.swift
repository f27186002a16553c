import Basics
import Foundation
import JobProtocol
import TestSupport

@testable import Compute

/// A site that is told what every site must do.
enum SiteUnderTest: String, CaseIterable, Sendable {
  case local, slurm
  /// The same cluster behind a login node, whose files this machine is not to see.
  case ssh
  /// The same cluster, asked by its REST service.
  case rest
  /// Asked by its REST service, while its files lie behind a login node.
  case restssh

  /// Those that can be had here.
  static var possible: [SiteUnderTest] {
    guard TestCluster.isPossible else { return [.local] }
    var sites: [SiteUnderTest] = [.local, .slurm]
    if TestLoginNode.isPossible { sites.append(.ssh) }
    if TestCluster.hasREST { sites.append(.rest) }
    if TestLoginNode.isPossible, TestCluster.hasREST { sites.append(.restssh) }
    return sites
  }

  /// The ways to ask a cluster that can be had here, for what is the cluster's own doing.
  static var ways: [SiteUnderTest] { TestCluster.hasREST ? [.slurm, .rest] : [.slurm] }

  /// Jobs of a home that has the site.
  func home(
    sinks: [String: any JobReportSink] = [:],
    now: @escaping @Sendable () -> Int64 = { systemTimeMs() }
  ) async throws -> JobsUnderTest {
    let home = try JobsUnderTest(sinks: sinks, now: now)
    switch self {
    case .local: break
    case .slurm: try await home.add(try TestCluster.shared.get())
    case .ssh:
      try await home.add(try TestCluster.shared.get(), login: try TestLoginNode.shared.get())
    case .rest: try await home.addREST(try TestCluster.shared.get())
    case .restssh:
      try await home.addREST(try TestCluster.shared.get(), login: try TestLoginNode.shared.get())
    }
    return home
  }
}

extension JobsUnderTest {
  /// Adds a cluster as the site `slurm`, or as `ssh` where it is reached through a login node.
  ///
  /// - Parameter commands: folder of the commands to use in place of the cluster's own.
  func add(
    _ cluster: TestCluster, partition: String? = nil, commands: String? = nil,
    login: TestLoginNode? = nil
  ) async throws {
    var options = try options(cluster, partition, commands)
    options.ssh = login.map { SSHOptions($0) }
    _ = try await instance().addSite(login == nil ? "slurm" : "ssh", options)
  }

  /// Adds a cluster as the site `rest`, asked with a token in the home's folder, or as `restssh` where its files are
  /// reached through a login node.
  func addREST(
    _ cluster: TestCluster, partition: String? = nil, seconds: Int = 3_600,
    login: TestLoginNode? = nil
  ) async throws {
    var options = try options(cluster, partition, nil)
    // Where there is a login node, its `srun` leads into jobs.
    if login == nil { options.configuration = nil }
    try cluster.writeToken(to: tokenFile, seconds: seconds)
    options.rest = RESTOptions(
      url: try cluster.restAddress, user: NSUserName(), tokenFile: tokenFile)
    options.ssh = login.map { SSHOptions($0) }
    _ = try await instance().addSite(login == nil ? "rest" : "restssh", options)
  }

  /// Where the token of `addREST` lies.
  var tokenFile: String { home.folder.path("slurm-token") }

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

extension SSHOptions {
  /// The way to a login node of the tests.
  init(_ login: TestLoginNode, port: Int? = nil) {
    self.init(
      destination: "\(login.user)@127.0.0.1", port: port ?? login.port, identity: login.key,
      knownHosts: login.knownHosts)
  }
}

extension Jobs {
  /// A path below a job's folder as the nodes of its site see it.
  func there(_ path: String, _ job: Job) -> String {
    (drivers[job.site] as? SlurmSite)?.files.place(of: AttemptFolder(path: path)).path ?? path
  }

  /// Submits a shell script to a site.
  func shell(
    _ script: String, on site: SiteUnderTest, taskCount: Int = 1, purpose: String = "command",
    resources: JobResources = JobResources(), restart: JobRestart? = nil
  ) async throws -> Job {
    try await submit(
      JobSpec(
        name: "say \"hello\"", command: ["/bin/sh", "-c", script], taskCount: taskCount,
        resources: resources, site: site == .local ? nil : site.rawValue, purpose: purpose,
        restart: restart))
  }

  /// Waits until a job is in a state.
  func reaches(_ state: JobStateMachine.State, _ id: Identifier<Job>) async throws -> Job {
    try await eventually {
      let job = try await self.job(id)
      return job.state == state ? job : nil
    }
  }
}
