/// A site as HTTP and `--output json` tell it.
public struct SiteWire: Codable, Sendable, Equatable {
  /// Its name.
  public var name: String
  /// `local` or `slurm`.
  public var driver: String
  /// Folder that all its nodes see.
  public var scratch: String?
  /// Partition of the jobs, where one was named.
  public var partition: String?
  /// Account of the jobs, where one was named.
  public var account: String?
  /// Quality of service of the jobs, where one was named.
  public var qos: String?
  /// Folder of Slurm's commands, where one was named.
  public var commands: String?
  /// The cluster's `slurm.conf`, where one was named.
  public var configuration: String?
  /// How its login node is reached; absent where its commands run on the server's machine.
  public var ssh: SSHWire?
  /// How its slurmrestd is asked; absent where its commands are.
  public var rest: RESTWire?
  /// The cluster's own name.
  public var cluster: String?
  /// Version of its engine.
  public var version: String?
  /// Whether the cluster keeps accounts of jobs that ended.
  public var hasAccounting: Bool
  /// What the user's jobs may be charged to; absent where the cluster does not tell.
  public var accounts: [Account]?
  /// The partitions that it has.
  public var partitions: [Partition]
  /// When it was asked last: milliseconds since 1970, UTC.
  public var discoveredAtMs: Int64?
  /// When it was added; absent for this machine.
  public var createdAtMs: Int64?
  /// What people say of it.
  public var declaration = SiteDeclarationWire()

  /// An account, and the qualities of service that go with it.
  public struct Account: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Names of qualities of service.
    public var qos: [String]

    /// Takes every value as it is.
    public init(name: String, qos: [String]) {
      self.name = name
      self.qos = qos
    }
  }

  /// A queue of a cluster.
  public struct Partition: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Whether jobs that name none go there.
    public var isDefault: Bool
    /// Slurm's word: `up`, `down`, `drain` or `inact`.
    public var availability: String
    /// Longest that a job may run there; absent without a limit.
    public var timeLimitSeconds: Int64?
    /// Its kinds of nodes.
    public var nodes: [NodeKind]

    /// Takes every value as it is.
    public init(
      name: String, isDefault: Bool, availability: String, timeLimitSeconds: Int64?,
      nodes: [NodeKind]
    ) {
      self.name = name
      self.isDefault = isDefault
      self.availability = availability
      self.timeLimitSeconds = timeLimitSeconds
      self.nodes = nodes
    }
  }

  /// Nodes that are alike.
  public struct NodeKind: Codable, Sendable, Equatable {
    /// How many there are.
    public var count: Int
    /// CPUs of each.
    public var cpus: Int
    /// Memory of each.
    public var memoryBytes: Int64
    /// Accelerators of each.
    public var gpus: Int
    /// How many of each kind, where the cluster tells kinds.
    public var gpuTypes: [String: Int]?
    /// What else they are, by the cluster's words.
    public var features: [String]?

    /// Takes every value as it is.
    public init(count: Int, cpus: Int, memoryBytes: Int64, gpus: Int) {
      self.count = count
      self.cpus = cpus
      self.memoryBytes = memoryBytes
      self.gpus = gpus
    }
  }

  /// A site of which nothing more is known.
  public init(name: String, driver: String) {
    self.name = name
    self.driver = driver
    hasAccounting = false
    partitions = []
  }
}

/// The answer of `GET /api/v1/sites`.
public struct SiteListWire: Codable, Sendable, Equatable {
  /// This machine first, then by name.
  public var sites: [SiteWire]

  /// Takes the sites in their order.
  public init(sites: [SiteWire]) { self.sites = sites }
}

/// What `POST /api/v1/sites` takes: a Slurm cluster whose commands can be called on the server's machine or
/// on a login node that it reaches by ssh, or whose slurmrestd it reaches.
public struct SiteAdditionWire: Codable, Sendable, Equatable {
  /// Its name, by which jobs ask for it.
  public var name: String
  /// Absolute path of a folder that all nodes and the server, or the login node, see.
  public var scratch: String
  /// Partition of the jobs; the cluster's default where absent.
  public var partition: String?
  /// Account of the jobs; the user's default where absent.
  public var account: String?
  /// Quality of service of the jobs; the account's default where absent.
  public var qos: String?
  /// Folder of Slurm's commands; the server's `PATH` where absent.
  public var commands: String?
  /// The cluster's `slurm.conf`, where its commands do not find it.
  public var configuration: String?
  /// How its login node is reached; absent where its commands run on the server's machine.
  public var ssh: SSHWire?
  /// How its slurmrestd is asked; absent where its commands are.
  public var rest: RESTWire?
  /// What is said of it.
  public var declaration: SiteDeclarationWire?

  /// Asks for a site with everything else as usual.
  public init(name: String, scratch: String) {
    self.name = name
    self.scratch = scratch
  }
}

/// The answer of `DELETE /api/v1/sites/{name}`.
public struct SiteRemovalWire: Codable, Sendable, Equatable {
  /// Name of the site.
  public var removed: String
  /// How many things went from its scratch folder: folders of jobs, archives, programs.
  public var count: Int
  /// Their size.
  public var bytes: Int64
  /// What stays there, and why, in words.
  public var remarks: [String]

  /// Takes every value as it is.
  public init(removed: String, count: Int, bytes: Int64, remarks: [String]) {
    self.removed = removed
    self.count = count
    self.bytes = bytes
    self.remarks = remarks
  }
}

/// The answer of `POST /api/v1/sites/{name}/test`.
public struct SiteReportWire: Codable, Sendable, Equatable {
  /// Name of the site.
  public var site: String
  /// Whether jobs run there.
  public var works: Bool
  /// In the order in which one needs the other.
  public var checks: [Check]
  /// The probe job, if it came so far.
  public var job: String?

  /// One part that was looked at.
  public struct Check: Codable, Sendable, Equatable {
    /// What was looked at, in one word.
    public var name: String
    /// `works`, `fails` or `note`.
    public var verdict: String
    /// What was seen.
    public var words: String
    /// What to do, or to tell the site's help desk.
    public var hint: String?

    /// Takes every value as it is.
    public init(name: String, verdict: String, words: String, hint: String?) {
      self.name = name
      self.verdict = verdict
      self.words = words
      self.hint = hint
    }
  }

  /// Takes every value as it is.
  public init(site: String, works: Bool, checks: [Check], job: String?) {
    self.site = site
    self.works = works
    self.checks = checks
    self.job = job
  }
}
