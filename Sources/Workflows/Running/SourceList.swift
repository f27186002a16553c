internal import Basics
internal import DataPipelines

/// The sources that a workflow names, in a fixed order.
enum SourceList {
  /// What is asked of an intake: every source with the part that it plays.
  static func intakeRequest(
    _ definition: WorkflowDefinition, baseFolder: String, objects: ObjectStore
  ) -> IntakeRequest {
    let data = definition.data
    var items = [IntakeRequest.Item(source: data.source, part: "data")]
    if let test = data.testSource { items.append(IntakeRequest.Item(source: test, part: "test")) }
    for (number, join) in data.join.enumerated() {
      items.append(IntakeRequest.Item(source: join.source, part: joinPart(number, of: data)))
    }
    return IntakeRequest(sources: items, baseFolder: baseFolder, objectsFolder: objects.root)
  }

  /// What is asked of a conversion: the `data` section with its sources as objects.
  static func datasetRequest(
    _ definition: WorkflowDefinition, sources: [DatasetManifest.Source], objects: ObjectStore,
    outputFolder: String
  ) throws -> DatasetRequest {
    let data = definition.data
    let train = definition.train
    func files(_ part: String) throws -> [DatasetRequest.SourceFile] {
      try sources.filter { $0.part == part }.map { source in
        guard let digest = ObjectDigest(hex: source.sha256) else {
          throw WorkflowError(.outputInvalid, "The intake of \(source.name) gave no digest.")
        }
        return DatasetRequest.SourceFile(source: source, path: objects.path(of: digest))
      }
    }
    return DatasetRequest(
      name: definition.name, files: try files("data"), testFiles: try files("test"),
      join: try data.join.enumerated().map { number, join in
        DatasetRequest.Join(files: try files(joinPart(number, of: data)), using: join.using)
      },
      where: data.where, derive: data.derive, target: data.target, exclude: data.exclude,
      checks: data.checks, split: data.split, time: train?.time, series: train?.series,
      task: train?.task, outputFolder: outputFolder)
  }

  /// The part of one join's files: `join`, or `join-2` where there are several.
  private static func joinPart(
    _ number: Int, of data: WorkflowDefinition.DataSection
  ) -> String {
    data.join.count == 1 ? "join" : "join-\(number + 1)"
  }
}
