import API
import Basics
import Compute

extension SlurmOptions {
  /// What a request says about a cluster; it is checked where the site is added.
  init(_ wire: SiteAdditionWire) {
    self.init(
      scratch: wire.scratch, partition: wire.partition, account: wire.account, qos: wire.qos,
      commands: wire.commands, configuration: wire.configuration,
      ssh: wire.ssh.map {
        SSHOptions(
          destination: $0.destination, port: $0.port, jump: $0.jump, identity: $0.identity,
          knownHosts: $0.knownHosts)
      },
      rest: wire.rest.map {
        RESTOptions(
          url: $0.url, user: $0.user, tokenFile: $0.tokenFile, tokenVariable: $0.tokenVariable,
          tokenCommand: $0.tokenCommand)
      })
  }
}

extension SiteWire {
  /// The wire form of a site.
  init(_ site: Site) {
    self.init(name: site.name, driver: site.driver)
    declaration = SiteDeclarationWire(site.declaration)
    if let slurm = site.slurm {
      scratch = slurm.scratch
      (partition, account, qos) = (slurm.partition, slurm.account, slurm.qos)
      (commands, configuration) = (slurm.commands, slurm.configuration)
      createdAtMs = site.createdAtMs
      ssh = slurm.ssh.map { SSHWire($0) }
      rest = slurm.rest.map { RESTWire($0) }
    }
    guard let inventory = site.inventory else { return }
    if site.slurm != nil { (cluster, version) = (inventory.cluster, inventory.version) }
    hasAccounting = inventory.hasAccounting
    accounts = inventory.accounts?.map { Account(name: $0.name, qos: $0.qos) }
    discoveredAtMs = inventory.discoveredAtMs
    partitions = inventory.partitions.map { partition in
      Partition(
        name: partition.name, isDefault: partition.isDefault,
        availability: partition.availability, timeLimitSeconds: partition.timeLimitSeconds,
        nodes: partition.nodes.map {
          var kind = NodeKind(
            count: $0.count, cpus: $0.cpus, memoryBytes: $0.memoryBytes, gpus: $0.gpus)
          (kind.gpuTypes, kind.features) = ($0.gpuTypes, $0.features)
          return kind
        })
    }
  }
}

extension SSHWire {
  fileprivate init(_ options: SSHOptions) {
    self.init(destination: options.destination)
    (port, jump, identity) = (options.port, options.jump, options.identity)
    knownHosts = options.knownHosts
  }
}

extension RESTWire {
  fileprivate init(_ options: RESTOptions) {
    self.init(url: options.url, user: options.user)
    (tokenFile, tokenVariable) = (options.tokenFile, options.tokenVariable)
    tokenCommand = options.tokenCommand
  }
}

extension SiteReportWire {
  /// The wire form of a report.
  init(_ report: SiteReport) {
    self.init(
      site: report.site, works: report.works,
      checks: report.checks.map {
        Check(name: $0.name, verdict: $0.verdict.rawValue, words: $0.words, hint: $0.hint)
      }, job: report.job?.rawValue)
  }
}
