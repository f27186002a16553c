public import Basics

/// Marks the identifiers of predictions (`p_…`).
public enum PredictionEntity: Identified {
  public static let identifierPrefix = "p_"
}

/// The identifier of one prediction.
public typealias PredictionID = Identifier<PredictionEntity>

/// Who made the predictions of one segment file.
public struct SegmentSource: Codable, Sendable, Equatable {
  public var endpoint: String
  public var model: String
  /// Version of the program.
  public var version: Int
  /// The deployment that the replica belongs to.
  public var deployment: String
  public var replica: String

  /// Joins the parts.
  public init(endpoint: String, model: String, version: Int, deployment: String, replica: String) {
    self.endpoint = endpoint
    self.model = model
    self.version = version
    self.deployment = deployment
    self.replica = replica
  }
}

/// One prediction as it was appended when it was made.
public struct PredictionRecord: Sendable, Equatable {
  public var id: PredictionID
  /// Unix time, UTC.
  public var timeMs: Int64
  public var source: SegmentSource
  /// SHA-256 of the request's body, in hexadecimal.
  public var inputDigest: String
  /// Number of the row in that request, from 0.
  public var row: Int
}
