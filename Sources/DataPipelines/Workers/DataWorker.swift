import Basics
import Foundation
import JobProtocol

/// The stage program that makes a dataset version: `aifactory worker data REQUEST.json`.
public enum DataWorker {
  /// Builds the dataset version of the request into its output folder; leaves `result.json`
  /// (the manifest) beside the request.
  public static func run(requestPath: String) async throws {
    let folder = FileTree.folder(of: FileTree.absolute(requestPath))
    let request = try WorkerFile.read(requestPath, as: DatasetRequest.self)
    let reporter = TaskReporter.fromEnvironment()
    let duckdb = try DuckDBLibrary(path: try EngineLocator.fromEnvironment().duckdb())
    let environment = ProcessInfo.processInfo.environment
    let builder = DatasetBuilder(
      duckdb: duckdb, threads: environment["AIFACTORY_CPUS"].flatMap { Int($0) },
      memoryBytes: memory(environment))
    let manifest = try builder.build(request, report: { reporter.send($0) })
    try WorkerFile.write(manifest, to: folder + "/result.json")
  }

  /// Two thirds of the job's limit, or 60 % of the machine's memory: the engine is not all there is.
  private static func memory(_ environment: [String: String]) -> Int64 {
    let least: Int64 = 256 << 20
    if let limit = environment["AIFACTORY_MEMORY_BYTES"].flatMap({ Int64($0) }) {
      return max(least, limit / 3 * 2)
    }
    return max(least, Int64(ProcessInfo.processInfo.physicalMemory) / 10 * 6)
  }
}
