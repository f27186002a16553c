import Foundation

/// What a replica is asked to serve: `request.json` of its job.
public struct ReplicaRequest: Codable, Sendable, Equatable {
  /// Who it is; stands in every segment file that it writes.
  public var source: SegmentSource
  /// Folder of the model package.
  public var package: String
  /// Path of the Unix socket on which it listens.
  public var socket: String
  /// Folder of this endpoint's prediction segments.
  public var predictionsFolder: String
  /// Threads that one prediction may use.
  public var threads: Int

  /// Joins the parts.
  public init(
    source: SegmentSource, package: String, socket: String, predictionsFolder: String, threads: Int
  ) {
    self.source = source
    self.package = package
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
