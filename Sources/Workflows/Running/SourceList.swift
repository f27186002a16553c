internal import Basics
internal import DataPipelines

/// The sources that a workflow names, in a fixed order.
enum SourceList {
  /// What is asked of an intake: every source with the part that it plays.
  static func intakeRequest(
    _ definition: WorkflowDefinition, baseFolder: String, objects: ObjectStore
  ) throws -> IntakeRequest {
    let data = try definition.dataSection()
    var items = [IntakeRequest.Item(source: data.source, part: "data")]
    if data.command != nil {
      items = [IntakeRequest.Item(source: data.source, part: Shard.part, takesAllFiles: true)]
    }
    if let test = data.testSource {
      items.append(IntakeRequest.Item(source: test.source, part: "test"))
    }
    items += zip(data.join, joinParts(data.join)).map {
      IntakeRequest.Item(source: $0.source, part: $1)
    }
    if let joins = data.testSource?.join {
      items += zip(joins, joinParts(joins, of: "test")).map {
        IntakeRequest.Item(source: $0.source, part: $1)
      }
    }
    return IntakeRequest(sources: items, baseFolder: baseFolder, objectsFolder: objects.root)
  }

  /// Name of the folder of sources in the working folder of a stage to which they are sent.
  static let folderName = "sources"

  /// The sources as a stored folder, each file by its digest.
  static func folder(
    of sources: [DatasetManifest.Source], in objects: ObjectStore
  ) async throws -> ObjectDigest {
    try await offTask {
      let entries = try Set(sources.map(\.sha256)).map { text in
        let digest = try digest(text)
        return FolderManifest.Entry(
          path: text, sha256: digest, bytes: try FileTree.status(of: objects.path(of: digest)).bytes
        )
      }
      return try objects.insert(bytes: FolderManifest(files: entries).encoded())
    }
  }

  private static func digest(_ sha256: String) throws -> ObjectDigest {
    guard let digest = ObjectDigest(hex: sha256) else {
      throw WorkflowError(.outputInvalid, "The intake gave \(visible(sha256)), which is no digest.")
    }
    return digest
  }

  /// What is asked of a conversion: the `data` section with its sources as objects.
  ///
  /// - Parameter isSent: whether the objects lie in a folder beside the request instead of in the home.
  static func datasetRequest(
    _ definition: WorkflowDefinition, sources: [DatasetManifest.Source], objects: ObjectStore,
    isSent: Bool = false, outputFolder: String
  ) throws -> DatasetRequest {
    let data = try definition.dataSection()
    let train = definition.train
    func files(_ part: String) throws -> [DatasetRequest.SourceFile] {
      try sources.filter { $0.part == part }.map { source in
        DatasetRequest.SourceFile(
          source: source,
          path: isSent
            ? folderName + "/" + source.sha256 : objects.path(of: try digest(source.sha256)))
      }
    }
    func joins(
      _ joins: [WorkflowDefinition.DataSection.Join], of part: String? = nil
    ) throws -> [DatasetRequest.Join] {
      try zip(joins, joinParts(joins, of: part)).map {
        DatasetRequest.Join(files: try files($1), using: $0.using)
      }
    }
    let test = data.testSource
    return DatasetRequest(
      name: definition.name, files: try files("data"), testFiles: try files("test"),
      testShaping: try test.flatMap { test in
        test.isPlain
          ? nil
          : DatasetRequest.TestShaping(
            join: try joins(test.join, of: "test"), where: test.where, derive: test.derive)
      },
      join: try joins(data.join),
      where: data.where, derive: data.derive, target: data.target, exclude: data.exclude,
      checks: data.checks, split: data.split, time: train?.time, series: train?.series,
      task: train?.task, outputFolder: outputFolder)
  }

  /// The parts of the joins' files: `join`, or `join-2` where there are several.
  private static func joinParts(
    _ joins: [WorkflowDefinition.DataSection.Join], of part: String? = nil
  ) -> [String] {
    let word = part.map { "\($0)-join" } ?? "join"
    return joins.count == 1 ? [word] : joins.indices.map { "\(word)-\($0 + 1)" }
  }
}
