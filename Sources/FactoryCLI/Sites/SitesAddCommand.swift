internal import API
internal import ArgumentParser
import Foundation

/// Adds a Slurm cluster.
struct SitesAddCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Adds a Slurm cluster as a place where jobs run.",
    discussion: """
      Slurm's commands must work on the server's machine, as on a login node. Partitions, nodes and limits \
      are asked of the cluster. The agent is put into the scratch folder, which this machine and all \
      nodes must see.

      Example: aifactory sites add hpc --scratch /scratch/$USER/aifactory --account chem
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "A name for the site.") var name: String

  @Option(
    help: ArgumentHelp("A folder that this machine and all nodes see.", valueName: "dir"))
  var scratch: String

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

  func execute() async throws {
    var wire = SiteAdditionWire(name: name, scratch: Self.absolute(scratch))
    (wire.partition, wire.account, wire.qos) = (partition, account, qos)
    wire.commands = slurmCommands.map(Self.absolute)
    wire.configuration = slurmConf.map(Self.absolute)
    let site: SiteWire = try await connection().post("/api/v1/sites", wire)
    try global.output.show(
      site,
      text:
        "Added '\(site.name)': Slurm \(site.version ?? ""), \(site.partitions.count) partitions. "
        + "Try it out: aifactory sites test \(site.name)",
      quiet: [site.name])
  }

  private static func absolute(_ path: String) -> String {
    URL(
      fileURLWithPath: path,
      relativeTo: URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    ).standardizedFileURL.path
  }
}
