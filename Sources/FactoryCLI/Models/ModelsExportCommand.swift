internal import API
internal import ArgumentParser
internal import Basics

/// Writes a model version to a folder or an archive.
struct ModelsExportCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes a model version to a folder or a .tar file.",
    discussion: """
      The folder is a model of MLflow's (mlflow.pyfunc.load_model takes it) with \
      \(ModelExportWire.fileName) beside it: digests, tags, aliases, signature and provenance. \
      'aifactory models import' takes it in, here or elsewhere.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(
    help: ArgumentHelp("NAME (its newest version), NAME:3 or NAME@champion.", valueName: "model"))
  var model: ModelReference
  @Argument(help: "The folder to make, or a file that ends in .tar.") var destination: String

  func execute() async throws {
    let target = FileTree.absolute(destination)
    guard !FileTree.exists(target) else {
      throw CLIError(.fileExists, "\(destination) exists.", hint: "Name another folder or file.")
    }
    let client = try await connection()
    let export = try await client.get(model.path + "/export", as: ModelExportWire.self)
    let part = target + ".part"
    do {
      try FileTree.remove(part)
      try FileTree.createFolder(part)
      try await fetch(export, client, into: part)
      if target.hasSuffix(".tar") {
        try FolderArchive.pack(part, to: part + ".tar")
        try FileTree.rename(part + ".tar", to: target)
        try FileTree.remove(part)
      } else {
        try FileTree.rename(part, to: target)
      }
    } catch {
      // What is left of it is of no use; the first error is the one to report.
      try? FileTree.remove(part)
      try? FileTree.remove(part + ".tar")
      throw error
    }
    let bytes = export.files.reduce(0) { $0 + $1.bytes }
    try global.output.show(
      export,
      text: "Wrote \(export.name) version \(export.version) to \(destination): "
        + "\(export.files.count) files, \(bytes) bytes.", quiet: [target])
  }

  /// Gets every file and compares it with its digest.
  private func fetch(
    _ export: ModelExportWire, _ client: FactoryClient, into folder: String
  ) async throws {
    let exact = ModelReference(name: export.name, version: export.version)
    for file in export.files {
      let path = try safePath(file.path, in: folder)
      try FileTree.createFolder(FileTree.folder(of: path), mode: 0o755)
      let parts = file.path.split(separator: "/").map { FactoryClient.escaped(String($0)) }
      try await client.download(exact.path + "/files/" + parts.joined(separator: "/"), to: path)
      guard try ObjectDigest(ofFile: path).hex == file.sha256 else {
        throw APIError(
          code: .answerNotUnderstood, message: "\(file.path) came with other bytes than promised.",
          hint: "Try again.")
      }
    }
    try FileTree.write(
      try WireCoding.encode(export, pretty: true), to: folder + "/" + ModelExportWire.fileName,
      mode: 0o644)
  }
}
