internal import API
internal import ArgumentParser
internal import Basics

/// Takes a model version in.
struct ModelsImportCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Takes a model in: an exported one, or any of MLflow's.",
    discussion: """
      FOLDER holds MLmodel or model.json; what 'aifactory models export' wrote is compared with its \
      digests and keeps tags, aliases, signature and provenance. The same files again are the \
      version that they were.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The folder of a model, or a .tar file that was exported.") var folder: String
  @Option(help: "Name of the registered model (default: the exported one's).") var name: String?

  func execute() async throws {
    let path = FileTree.absolute(folder)
    guard path.hasSuffix(".tar"), !FileTree.isFolder(path) else { return try await take(path) }
    let unpacked = path + ".unpacked"
    try FileTree.remove(unpacked)
    // A leftover beside the file would only take space.
    defer { try? FileTree.remove(unpacked) }
    try FolderArchive.unpack(path, into: unpacked)
    try await take(unpacked)
  }

  private func take(_ path: String) async throws {
    guard FileTree.isFolder(path) else {
      throw CLIError(
        .fileUnreadable, "\(folder) is no folder.", hint: "Name a folder that holds MLmodel.")
    }
    let source = try ModelFolder(path)
    guard let name = name ?? source.export?.name else {
      throw CLIError(
        .usage, "\(folder) does not say what the model is called.", hint: "Add --name NAME.")
    }
    let files = try source.files()
    let client = try await connection()
    for file in files {
      try await client.upload(
        path + "/" + file.path, bytes: file.bytes, to: "/api/v1/objects/\(file.sha256)")
    }
    let taken = try await client.post(
      "/api/v1/models/\(FactoryClient.escaped(name))/versions",
      ModelImportRequestWire(files: files, export: source.export), as: ModelImportWire.self)
    let version = taken.modelVersion
    try global.output.show(
      taken,
      text: (["\(version.name) version \(version.version): \(taken.files) files."]
        + taken.remarks).joined(separator: "\n"), quiet: ["\(version.version)"])
  }
}

/// A folder on disk that holds a model.
struct ModelFolder {
  private let path: String
  /// What an export told of it, if it was exported.
  let export: ModelExportWire?

  init(_ path: String) throws {
    self.path = path
    let description = path + "/" + ModelExportWire.fileName
    guard FileTree.exists(description) else {
      export = nil
      return
    }
    do {
      export = try WireCoding.decode(from: try FileTree.read(description))
    } catch let error as DecodingError {
      throw CLIError(
        .fileUnreadable, "\(description) is no description of an export: \(error)",
        hint: "Remove it to take the folder in as it is.")
    }
  }

  /// The version's own files with their digests.
  ///
  /// - Throws: when one is not what was exported.
  func files() throws -> [ModelExportWire.File] {
    var found: [ModelExportWire.File] = []
    for name in try FileTree.files(below: path) where isOfModel(name) {
      let file = path + "/" + name
      found.append(
        ModelExportWire.File(
          path: name, sha256: try ObjectDigest(ofFile: file).hex,
          bytes: try FileTree.status(of: file).bytes, isGenerated: false))
    }
    guard let export else { return found }
    return try export.files.filter { !$0.isGenerated }.map { promised in
      guard let file = found.first(where: { $0.path == promised.path }) else {
        throw differs("\(promised.path) is missing in \(path).")
      }
      guard file == promised else {
        throw differs("\(promised.path) in \(path) is not the file that was exported.")
      }
      return file
    }
  }

  /// Whether a file is more than a trace of having been used.
  private func isOfModel(_ name: String) -> Bool {
    name != ModelExportWire.fileName && !name.split(separator: "/").contains("__pycache__")
  }

  private func differs(_ message: String) -> CLIError {
    CLIError(
      .fileUnreadable, message,
      hint: "Export it again, or remove \(ModelExportWire.fileName) to take it in as it is.")
  }
}
