internal import Basics
internal import DataPipelines
internal import JobProtocol

/// What the command of a data stage is to do: which files each shard has, and with what it works.
struct ShardWork: Sendable {
  /// One shard, and the digest of the folder with its files.
  struct Item: Sendable {
    var shard: Shard
    var folder: String
  }

  /// With what was kept of it.
  var command: DataCommand
  /// What was kept.
  var inputs: CommandInputs
  /// In the order of numbers.
  var items: [Item]

  /// Deals the files among the sources out.
  ///
  /// Hold a lease of objects, or a run that has not ended, until a row names the folders.
  /// - Throws: where a file belongs to the code as well, so that each change of it would be one of the code.
  init(
    _ command: DataCommand, inputs: CommandInputs, sources: [DatasetManifest.Source],
    baseFolder: String, in objects: ObjectStore
  ) async throws {
    self.command = command.bringing(inputs, baseFolder: baseFolder)
    self.inputs = inputs
    let files = sources.filter { $0.part == Shard.part }
    try Self.check(files, areNoCodeOf: command, inputs.code, baseFolder: baseFolder, in: objects)
    items = []
    for shard in Shard.deal(files, into: command.shards) {
      let folder = try await objects.put(bytes: shard.folder().encoded())
      items.append(Item(shard: shard, folder: folder.hex))
    }
  }

  private static func check(
    _ files: [DatasetManifest.Source], areNoCodeOf command: DataCommand, _ code: JobCode?,
    baseFolder: String, in objects: ObjectStore
  ) throws {
    guard let name = command.codeFolder,
      let digest = code.flatMap({ ObjectDigest(hex: $0.snapshot) })
    else { return }
    let paths = Set(try objects.manifest(digest).files.map(\.path))
    func resolved(_ path: String) -> String {
      let path = CommandInputs.absolute(path, baseFolder)
      return FileTree.resolved(path) ?? path
    }
    let root = resolved(name) + "/"
    let file = files.first { file in
      let path = resolved(file.name)
      return path.hasPrefix(root) && paths.contains(String(path.dropFirst(root.count)))
    }
    guard let file else { return }
    throw WorkflowError(
      .requestInvalid,
      "data.prepare.code: \(visible(file.name)) is one of the files of data.source, and it is in the code: "
        + "with each change of a file all shards would run again.",
      hint: "Name the files in .gitignore, or give the code a folder of its own.")
  }

  /// Everything that decides what a shard comes to.
  func ingredients(of item: Item) throws -> StageIngredients {
    try .shard(item.shard, folder: item.folder, command: command, inputs: inputs)
  }
}
