internal import API
internal import ArgumentParser
import Foundation

/// Adds a Slurm cluster.
struct SitesAddCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Adds a Slurm cluster as a place where jobs run.",
    discussion: """
      Slurm's commands are called on the server's machine or, with --ssh, on a login node; with --rest its \
      REST service is asked instead, and --ssh beside it brings the files. Partitions, nodes and limits are asked of the cluster. The agent is \
      put into the scratch folder, which all nodes must see; without --ssh this machine, too.

      Examples: aifactory sites add hpc --scratch /scratch/$USER/aifactory --account chem
                aifactory sites add hpc --ssh ada@login.example.org --scratch /scratch/ada/aifactory
                aifactory sites add hpc --rest https://rest.example.org:6820 --token-file ~/.slurm-token \
                  --scratch /scratch/ada/aifactory
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "A name for the site.") var name: String

  @Option(help: "What drives it: slurm.")
  var driver = "slurm"

  @Option(
    help: ArgumentHelp("A folder that all nodes see, on the cluster.", valueName: "dir"))
  var scratch: String

  @Option(
    help: ArgumentHelp(
      "Login node, or its name in your ssh configuration (default: this machine).",
      valueName: "user@host[:port]"))
  var ssh: String?

  @Option(help: ArgumentHelp("Host on the way to the login node.", valueName: "user@host"))
  var jump: String?

  @Option(
    help: ArgumentHelp("File of the private key (default: ssh's choice).", valueName: "file"))
  var identity: String?

  @Option(
    help: ArgumentHelp("File of known host keys (default: yours).", valueName: "file"))
  var knownHosts: String?

  @Option(
    help: ArgumentHelp("Address of the cluster's slurmrestd.", valueName: "http[s]://host:port"))
  var rest: String?

  @Option(help: ArgumentHelp("Your name on the cluster (default: yours here).", valueName: "name"))
  var restUser: String?

  @Option(
    help: ArgumentHelp(
      "With --rest: file with your token, read at each request.", valueName: "file"))
  var tokenFile: String?

  @Option(
    help: ArgumentHelp(
      "With --rest: variable of the server's environment with your token.", valueName: "name"))
  var tokenVariable: String?

  @Option(
    help: ArgumentHelp(
      "With --rest: command that prints your token on the server's machine.", valueName: "command"))
  var tokenCommand: String?

  @Option(help: "Partition of the jobs (default: the cluster's).")
  var partition: String?

  @Option(help: "Account that the jobs are charged to (default: yours).")
  var account: String?

  @Option(help: "Quality of service of the jobs (default: the account's).")
  var qos: String?

  @Option(
    help: ArgumentHelp("Folder of Slurm's commands (default: PATH).", valueName: "dir"))
  var slurmCommands: String?

  @Option(
    help: ArgumentHelp(
      "The cluster's slurm.conf (default: what its commands find).", valueName: "file"))
  var slurmConf: String?

  @OptionGroup var declaration: SiteDeclarationOptions

  func validate() throws {
    guard driver == "slurm" else {
      throw ValidationError(
        "'\(driver)' is no driver; there is slurm. This machine is always there.")
    }
    guard ssh != nil || (jump == nil && identity == nil && knownHosts == nil) else {
      throw ValidationError("--jump, --identity and --known-hosts belong to --ssh.")
    }
    let tokens = [tokenFile, tokenVariable, tokenCommand].compactMap(\.self)
    guard rest != nil || (restUser == nil && tokens.isEmpty) else {
      throw ValidationError(
        "--rest-user, --token-file, --token-variable and --token-command belong to --rest.")
    }
    guard rest == nil || tokens.count == 1 else {
      throw ValidationError(
        "--rest wants one of --token-file, --token-variable and --token-command.")
    }
    guard rest == nil || ssh != nil || (slurmCommands == nil && slurmConf == nil) else {
      throw ValidationError(
        "--rest stands in place of --slurm-commands and --slurm-conf, unless --ssh names a login "
          + "node.")
    }
  }

  func execute() async throws {
    // Paths of another machine mean nothing here.
    func place(_ path: String) -> String { ssh == nil ? Self.absolute(path) : path }
    var wire = SiteAdditionWire(name: name, scratch: place(scratch))
    (wire.partition, wire.account, wire.qos) = (partition, account, qos)
    wire.commands = slurmCommands.map(place)
    wire.configuration = slurmConf.map(place)
    wire.ssh = try ssh.map { try sshWire($0) }
    wire.rest = rest.map { restWire($0) }
    if declaration.isGiven { wire.declaration = try declaration.changed(SiteDeclarationWire()) }
    let site: SiteWire = try await connection().post("/api/v1/sites", wire)
    try global.output.show(
      site,
      text:
        "Added '\(site.name)': Slurm \(site.version ?? ""), \(site.partitions.count) partitions. "
        + "Try it out: aifactory sites test \(site.name)",
      quiet: [site.name])
  }

  private func sshWire(_ address: String) throws -> SSHWire {
    // `user@host:22`; several colons are an address of IPv6.
    let parts = address.split(separator: ":", omittingEmptySubsequences: false)
    var wire = SSHWire(destination: address)
    if parts.count == 2 {
      guard let port = Int(parts[1]) else {
        throw CLIError(
          .usage, "'\(parts[1])' is no port.", hint: "Write --ssh user@host or user@host:22.")
      }
      (wire.destination, wire.port) = (String(parts[0]), port)
    }
    wire.jump = jump
    (wire.identity, wire.knownHosts) = (identity.map(Self.absolute), knownHosts.map(Self.absolute))
    return wire
  }

  private func restWire(_ address: String) -> RESTWire {
    var wire = RESTWire(
      url: address.hasSuffix("/") ? String(address.dropLast()) : address,
      user: restUser ?? NSUserName())
    wire.tokenFile = tokenFile.map(Self.absolute)
    (wire.tokenVariable, wire.tokenCommand) = (tokenVariable, tokenCommand)
    return wire
  }

  private static func absolute(_ path: String) -> String {
    URL(
      fileURLWithPath: path,
      relativeTo: URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    ).standardizedFileURL.path
  }
}
