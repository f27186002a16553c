internal import API
internal import ArgumentParser
internal import Basics
import Foundation

/// `aifactory backup FILE`: one file of everything that must not be lost, also while serving.
struct BackupCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Writes the ledger, the objects and the predictions into one file.",
    discussion: """
      Consistent while the server serves. Engines, environments and the folders of jobs are left \
      out. 'aifactory restore FILE' makes a home of it.
      """)
  @OptionGroup var global: GlobalOptions

  @Argument(help: "The file to write; one that is there is not replaced.")
  var file: String

  func execute() async throws {
    let home = global.factoryHome
    let path = FileTree.absolute(file)
    let wire: BackupWire
    if let server = try ServerFile.running(home) {
      let client = FactoryClient(url: server.url, token: server.token, timeoutSeconds: 86_400)
      wire = try await client.post("/api/v1/backups", BackupRequestWire(path: path))
    } else {
      // Nobody starts to serve the home while it is copied.
      let lock = try FileTree.exists(home.path) ? HomeLock(home) : nil
      defer { withExtendedLifetime(lock) {} }
      let now = Int64(Date().timeIntervalSince1970 * 1_000)
      let manifest = try await offTask {
        try HomeBackup(home).write(to: path, program: FactoryVersion.current, nowMs: now).manifest
      }
      wire = BackupWire(path: path, manifest)
    }
    try global.output.show(
      wire,
      text: "Backed up \(wire.objects) objects and the ledger "
        + "(\(ByteCount(bytes: wire.objectBytes + wire.ledgerBytes))) to \(wire.path).",
      quiet: [wire.path])
  }
}
