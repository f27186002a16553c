/// A place where jobs run: this machine, or a Slurm cluster that a person added.
public struct Site: Sendable, Equatable {
  /// The site that is always there: this machine.
  public static let localName = "local"

  /// Its name, by which jobs ask for it.
  public var name: String
  /// How to reach its Slurm; nil is this machine.
  public var slurm: SlurmOptions?
  /// What its engine told of it last; nil before it answered.
  public var inventory: SiteInventory?
  /// When it was added: milliseconds since 1970, UTC; 0 for this machine.
  public var createdAtMs: Int64
  /// What people say of it.
  public var declaration = SiteDeclaration()

  /// The word for how it is driven.
  public var driver: String { slurm == nil ? "local" : "slurm" }

  /// Takes every value as it is.
  public init(
    name: String, slurm: SlurmOptions?, inventory: SiteInventory?, createdAtMs: Int64
  ) {
    self.name = name
    self.slurm = slurm
    self.inventory = inventory
    self.createdAtMs = createdAtMs
  }
}

/// What a person says about a Slurm cluster; everything else is asked of it.
public struct SlurmOptions: Sendable, Equatable, Codable {
  /// Absolute path of a folder that all its nodes and this machine, or the login node, see.
  public var scratch: String
  /// Partition of the jobs; nil is the cluster's own choice.
  public var partition: String?
  /// Account that the jobs are charged to; nil is the user's default.
  public var account: String?
  /// Quality of service of the jobs; nil is the account's default.
  public var qos: String?
  /// Folder of Slurm's commands; nil looks in `PATH`.
  public var commands: String?
  /// The cluster's `slurm.conf`; nil is what its commands find by themselves.
  public var configuration: String?
  /// The login node where the commands run and the folder lies; nil is this machine.
  public var ssh: SSHOptions?
  /// The REST service that is asked in place of the commands; nil is none.
  ///
  /// Beside `ssh`, which then brings the files, the commands are needed for ways into jobs alone.
  public var rest: RESTOptions?

  /// Takes every value as it is.
  public init(
    scratch: String, partition: String? = nil, account: String? = nil, qos: String? = nil,
    commands: String? = nil, configuration: String? = nil, ssh: SSHOptions? = nil,
    rest: RESTOptions? = nil
  ) {
    self.scratch = scratch
    self.partition = partition
    self.account = account
    self.qos = qos
    self.commands = commands
    self.configuration = configuration
    self.ssh = ssh
    self.rest = rest
  }

  /// Where its scratch folder is: sites of one place share what lies there.
  var scratchPlace: String { "\(ssh?.destination ?? ""):\(scratch)" }

  /// Throws a sentence for the first value that cannot be used.
  func check() throws(JobError) {
    try ssh?.check()
    try rest?.check()
    guard rest == nil || ssh != nil || (commands == nil && configuration == nil) else {
      throw JobError(
        .siteInvalid, "a site is asked by slurmrestd, or by Slurm's commands here, not by both",
        hint: "Beside slurmrestd commands are of use on a login node alone, which ssh names.")
    }
    for (name, path) in [
      ("scratch", scratch), ("commands", commands), ("slurm.conf", configuration),
    ] {
      guard let path else { continue }
      // They stand in double quotes in a batch script.
      guard path.hasPrefix("/"), !path.unicodeScalars.contains(where: Self.isAwkward) else {
        throw JobError(
          .siteInvalid, "the path `\(path)` (\(name)) cannot be used",
          hint: "Write an absolute path without quotes, backslashes, '$', '%' and line breaks.")
      }
    }
    for (name, word) in [("partition", partition), ("account", account), ("qos", qos)] {
      guard let word else { continue }
      guard !word.isEmpty, word.utf8.allSatisfy(Self.isWordByte) else {
        throw JobError(
          .siteInvalid, "`\(word)` is no name of a \(name)",
          hint: "`sinfo` shows the partitions, `sacctmgr show associations` the accounts.")
      }
    }
  }

  private static func isAwkward(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 32 || "\"'\\$`%".unicodeScalars.contains(scalar)
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "+"):
      true
    default: false
    }
  }
}
