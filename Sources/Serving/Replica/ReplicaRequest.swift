import Foundation

/// What a replica is asked to serve: `request.json` of its job.
public struct ReplicaRequest: Codable, Sendable, Equatable {
  /// Who it is; stands in every segment file that it writes.
  public var source: SegmentSource
  /// Folder of the model's files: a package of the factory's (`model.json`), or a model of MLflow's
  /// (`MLmodel`).
  public var package: String
  /// The interpreter that loads a model of MLflow's.
  public var python: String?
  /// Path of the Unix socket on which it listens; nil is the port that its agent has drawn.
  public var socket: String?
  /// Folder of this endpoint's prediction segments.
  public var predictionsFolder: String
  /// Threads that one prediction may use.
  public var threads: Int

  /// Joins the parts.
  public init(
    source: SegmentSource, package: String, python: String? = nil, socket: String?,
    predictionsFolder: String, threads: Int
  ) {
    self.source = source
    self.package = package
    self.python = python
    self.socket = socket
    self.predictionsFolder = predictionsFolder
    self.threads = threads
  }
}

extension ReplicaRequest {
  /// The bytes of `request.json`.
  func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }
}
