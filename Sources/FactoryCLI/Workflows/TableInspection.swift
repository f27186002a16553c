internal import API
internal import Basics
internal import DataPipelines
internal import Foundation

/// Looks at one table through the data stage's own program, in a folder that goes afterwards.
struct TableInspection {
  let home: FactoryHome

  /// What the table's columns hold.
  ///
  /// - Throws: the stage program's own words when the table cannot be read.
  func profile(of table: String, target: String) throws -> DatasetProfile {
    let folder =
      FileManager.default.temporaryDirectory.path
      + "/aifactory-init-\(UInt64.random(in: 0...UInt64.max))"
    try FileTree.createFolder(folder)
    // What is left behind lies in the system's temporary folder.
    defer { try? FileTree.remove(folder) }
    let bytes = try FileTree.status(of: table).bytes
    let source = DatasetManifest.Source(
      name: table, sha256: String(repeating: "0", count: 64), bytes: bytes, part: "data")
    let request = DatasetRequest(
      name: "init", files: [DatasetRequest.SourceFile(source: source, path: table)],
      target: target, outputFolder: folder + "/output")
    try FileTree.write(Array(try JSONEncoder().encode(request)), to: folder + "/request.json")
    try run(request: folder + "/request.json", folder: folder)
    return try DatasetFolder(folder + "/output").profile()
  }

  private func run(request: String, folder: String) throws {
    let worker = Process()
    worker.executableURL = URL(fileURLWithPath: ProgramFile.path)
    worker.arguments = ["worker", "data", request]
    worker.environment = ProcessInfo.processInfo.environment.merging(
      ["AIFACTORY_ENGINES": home.engines.folder, "AIFACTORY_HOME": home.path]
    ) { _, ours in ours }
    worker.standardOutput = FileHandle.nullDevice
    worker.standardError = FileHandle.nullDevice
    try worker.run()
    worker.waitUntilExit()
    guard worker.terminationStatus != 0 else { return }
    guard let bytes = FileManager.default.contents(atPath: folder + "/error.json") else {
      throw CLIError(
        .inspectionFailed,
        "The table could not be looked at (worker ended with \(worker.terminationStatus)).",
        hint: "`aifactory doctor` checks the installation.")
    }
    throw WorkFailure(try WireCoding.decode(ErrorWire.self, from: Array(bytes)).error)
  }
}
