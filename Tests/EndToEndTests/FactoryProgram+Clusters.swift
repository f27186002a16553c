import TestSupport
import Testing

extension FactoryProgram {
  /// A factory with a cluster as its site `hpc`.
  convenience init(_ cluster: TestCluster, login: TestLoginNode? = nil) throws {
    try self.init()
    try add(cluster, login: login)
  }

  /// Adds a cluster as the site `hpc`.
  ///
  /// - Parameters:
  ///   - login: the login node through which alone it is reached; nil where this machine sees it.
  ///   - scratch: a folder of another place than the cluster's own.
  func add(_ cluster: TestCluster, login: TestLoginNode? = nil, scratch: String? = nil) throws {
    let way = login.map {
      [
        "--ssh", "\($0.user)@127.0.0.1:\($0.port)", "--identity", $0.key, "--known-hosts",
        $0.knownHosts,
      ]
    }
    let added = try run(
      ["sites", "add", "hpc", "--scratch", scratch ?? cluster.scratch] + (way ?? [])
        + ["--slurm-conf", cluster.configuration])
    #expect(added.status == 0, "\(added.errors)")
  }
}
