internal import API
internal import ArgumentParser
internal import Basics

/// Writes the artifacts of a run to a folder.
struct RunsDownloadCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "download", abstract: "Writes the artifacts of a run to a folder.",
    discussion: """
      All of them, or those at and below the paths that are given ('aifactory runs show' lists them). \
      The folder is there once it is whole.

      Example: aifactory runs download 0199… results --path checkpoints --path model.bin
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: ArgumentHelp("Identifier of the run.", valueName: "run")) var id: String
  @Argument(help: "The folder to make.") var destination: String
  @Option(
    help: ArgumentHelp(
      "A file, or a folder with all in it; may be given again (default: all).", valueName: "path"))
  var path: [String] = []

  func execute() async throws {
    let target = FileTree.absolute(destination)
    guard !FileTree.exists(target) else {
      throw CLIError(.fileExists, "\(destination) exists.", hint: "Name another folder.")
    }
    let client = try await connection()
    let run = try await client.get("/api/v1/runs/\(FactoryClient.escaped(id))", as: RunWire.self)
    let files = try wanted(of: run.artifacts ?? [])
    let part = target + ".part"
    do {
      try FileTree.remove(part)
      try FileTree.createFolder(part, mode: 0o755)
      for file in files { try await fetch(file, client, into: part) }
      try FileTree.rename(part, to: target)
    } catch {
      // What is left of it is of no use; the first error is the one to report.
      try? FileTree.remove(part)
      throw error
    }
    let bytes = files.reduce(0) { $0 + $1.bytes }
    let count = "\(files.count) file\(files.count == 1 ? "" : "s")"
    try global.output.show(
      Download(run: id, folder: target, files: files),
      text: "Wrote \(count), \(ByteCount(bytes: bytes)), to \(destination).",
      quiet: files.map(\.path))
  }

  /// What was written, as programs read it.
  private struct Download: Encodable {
    var run: String
    var folder: String
    var files: [RunWire.Artifact]
  }

  /// The artifacts that were asked for; each path must have some.
  private func wanted(of all: [RunWire.Artifact]) throws -> [RunWire.Artifact] {
    guard !path.isEmpty else {
      guard !all.isEmpty else { throw CLIError(.notFound, "The run \(id) has no artifacts.") }
      return all
    }
    let places = path.map { $0.split(separator: "/").joined(separator: "/") }
    for (given, place) in zip(path, places) where !all.contains(where: { $0.lies(at: place) }) {
      throw CLIError(
        .notFound, "The run \(id) has no artifact '\(given)'.",
        hint: "'aifactory runs show \(id)' lists them.")
    }
    return all.filter { file in places.contains { file.lies(at: $0) } }
  }

  private func fetch(
    _ file: RunWire.Artifact, _ client: FactoryClient, into folder: String
  ) async throws {
    let target = try safePath(file.path, in: folder)
    try FileTree.createFolder(FileTree.folder(of: target), mode: 0o755)
    try await client.download(
      "/get-artifact?run_id=\(FactoryClient.escaped(id))&path=\(FactoryClient.escaped(file.path))",
      to: target)
  }
}

extension RunWire.Artifact {
  /// Whether it is what a path names, or lies in the folder there.
  fileprivate func lies(at place: String) -> Bool {
    path == place || path.hasPrefix(place + "/")
  }
}
