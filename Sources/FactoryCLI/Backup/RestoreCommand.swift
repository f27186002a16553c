internal import API
internal import ArgumentParser
internal import Basics

/// `aifactory restore FILE`: makes a home of a backup.
struct RestoreCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Makes a home of a backup, checking every byte.",
    discussion: """
      The home must not hold a factory yet: choose an empty folder with --home. A restore that was \
      interrupted is simply run again.
      """)
  @OptionGroup var global: GlobalOptions

  @Argument(help: "A file that 'aifactory backup' wrote.")
  var file: String

  func execute() async throws {
    let home = global.factoryHome
    let path = FileTree.absolute(file)
    guard FileTree.exists(path) else {
      throw CLIError(.fileUnreadable, "\(file) is not there.", hint: "Name a backup's file.")
    }
    let manifest = try await offTask { try HomeRestore(home).read(from: path) }
    let wire = BackupWire(path: path, manifest)
    try global.output.show(
      wire,
      text: "Restored \(wire.objects) objects and the ledger "
        + "(\(ByteCount(bytes: wire.objectBytes + wire.ledgerBytes))) into \(home.path).",
      quiet: [home.path])
  }
}
