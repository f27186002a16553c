import Basics
import Foundation
import JobProtocol

/// The stage program that takes sources in: `aifactory worker intake REQUEST.json`.
public enum IntakeWorker {
  static let statsName = "stats.json"

  /// Takes the sources of the request in; leaves `result.json` (the sources) beside it.
  public static func run(requestPath: String) async throws {
    let folder = FileTree.folder(of: FileTree.absolute(requestPath))
    let request = try WorkerFile.read(requestPath, as: IntakeRequest.self)
    let reporter = TaskReporter.fromEnvironment()
    let result = try await SourceIntake(objects: ObjectStore(root: request.objectsFolder))
      .take(request, report: { reporter.send($0) })
    try WorkerFile.write(result.stats, to: folder + "/" + statsName)
    try WorkerFile.write(result.sources, to: folder + "/result.json")
  }
}

/// Reads and writes the JSON files of stage programs.
enum WorkerFile {
  static func read<Value: Decodable>(_ path: String, as type: Value.Type) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw DataError(
        .sourceUnreadable, "\(path) cannot be read: \(error)",
        hint: "The file is written by the factory; start the stage again.")
    }
  }

  static func write(_ value: some Encodable, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try FileTree.write([UInt8](try encoder.encode(value)), to: path)
  }
}
