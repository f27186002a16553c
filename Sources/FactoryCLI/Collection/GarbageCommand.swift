internal import API
internal import ArgumentParser
internal import Basics

/// `aifactory gc`: removes for good what was deleted, and what nothing names.
struct GarbageCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc", abstract: "Removes for good what lies in the trash, and what nothing names.",
    discussion: """
      Deleted runs, experiments and logged models go after a grace period, with all they logged; \
      objects that no row names; folders of jobs that ended before the grace period, here and at \
      clusters; Python environments and archives that no job used for long; what interrupted work \
      has left. What anything names stays.
      """)
  @OptionGroup var global: GlobalOptions

  @Flag(help: "Say what would be removed, and remove nothing.")
  var dryRun = false

  @Option(
    help: ArgumentHelp("How long deleted things stay, such as 30d or 12h.", valueName: "time"))
  var grace = "30d"

  @Option(help: ArgumentHelp("How long objects without a name stay.", valueName: "time"))
  var objectAge = "1d"

  @Option(
    help: ArgumentHelp(
      "How long Python environments and archives at clusters stay that no job uses.",
      valueName: "time"))
  var unused = "30d"

  func execute() async throws {
    let request = GarbageRequestWire(
      dryRun: dryRun, graceMs: try TimeSpan(grace).milliseconds,
      objectAgeMs: try TimeSpan(objectAge).milliseconds,
      unusedMs: try TimeSpan(unused).milliseconds)
    let near = try await connection()
    let client = FactoryClient(
      url: near.url, token: try ServerFile.read(global.factoryHome)?.token,
      timeoutSeconds: 24 * 3_600)
    let wire = try await client.post("/api/v1/gc", request, as: GarbageWire.self)
    try global.output.show(
      wire, table: table(wire), quiet: wire.experiments + wire.runs + wire.loggedModels)
    for remark in wire.remarks { global.output.note(remark) }
    if dryRun { global.output.note("Nothing was removed.") }
  }

  private func table(_ wire: GarbageWire) -> TextTable {
    let counts: [(String, Int, Int64?)] = [
      ("experiments", wire.experiments.count, nil), ("runs", wire.runs.count, nil),
      ("metric points", wire.metricPoints, nil), ("logged models", wire.loggedModels.count, nil),
      ("traces", wire.traces, nil), ("artifacts", wire.artifacts, nil),
      ("uploads", wire.uploads, nil), ("objects", wire.objects.count, wire.objects.bytes),
      ("job folders", wire.jobFolders.count, wire.jobFolders.bytes),
      ("package folders", wire.packageFolders.count, wire.packageFolders.bytes),
      ("environments", wire.environments.count, wire.environments.bytes),
      ("data folders", wire.dataFolders.count, wire.dataFolders.bytes),
      ("files at sites", wire.siteFiles.count, wire.siteFiles.bytes),
      ("leftovers", wire.leftovers.count, wire.leftovers.bytes),
    ]
    return TextTable(
      [dryRun ? "would remove" : "removed", .number("count"), .number("size")],
      rows: counts.filter { $0.1 > 0 }.map { name, count, bytes in
        [name, "\(count)", bytes.map { ByteCount(bytes: $0).description } ?? ""]
      }, whenEmpty: "There is nothing to remove.")
  }
}
