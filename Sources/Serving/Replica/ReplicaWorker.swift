import Basics
import Engines
import Foundation
import Glibc

/// The program of a replica: one model behind one socket, until TERM.
public enum ReplicaWorker {
  /// Serves what `requestPath` asks for; returns when the replica was told to end and has.
  public static func run(requestPath: String) throws {
    let request: ReplicaRequest
    do {
      request = try JSONDecoder().decode(
        ReplicaRequest.self, from: Data(try FileTree.read(requestPath)))
    } catch let error as DecodingError {
      throw ServingError(.requestInvalid, "\(requestPath) asks for no replica: \(error)")
    }
    let stopping = try StopSignal.descriptor()
    let work = FileTree.folder(of: FileTree.absolute(requestPath))
    guard let model = try model(of: request, work: work, stopping: stopping) else { return }
    let segments = try SegmentWriter(
      folder: request.predictionsFolder, source: request.source, now: nowMs)
    let listener =
      try request.socket.map(ReplicaListener.socket)
      ?? ReplicaListener.port(of: ProcessInfo.processInfo.environment)
    let loop = ReplicaLoop(
      listener: listener, stopping: stopping, model: model, segments: segments)
    let place = request.socket ?? "its port"
    print("serving \(request.source.model) \(request.source.version) at \(place)")
    try loop.run()
  }

  /// Loads the model; nil when the replica was told to end before that was done.
  private static func model(
    of request: ReplicaRequest, work: String, stopping: Int32
  ) throws -> (any ReplicaModel)? {
    guard let python = request.python else {
      // Trees are evaluated by ourselves: their engine is not needed for predictions. DuckDB is only
      // loaded for a request that lacks columns which the workflow derives.
      let predictor = try ModelPackage.load(
        folder: request.package, xgboost: nil,
        duckdb: try? EngineLocator.fromEnvironment().duckdb(), threads: request.threads)
      return EngineModel(predictor: predictor, source: request.source)
    }
    if !FileTree.exists(python) {
      try EnvironmentWorker.remake(python, ofModel: request.package, work: work)
    }
    let script = work + "/replica.py"
    try FileTree.write(Array(PythonReplicaCode.program.utf8), to: script)
    let process = try PythonProcess(
      interpreter: python, script: script, folder: request.package, threads: request.threads)
    return try process.description(unless: stopping).map {
      PythonModel(process: process, wants: $0, source: request.source)
    }
  }

  private static func nowMs() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}
