public import Basics

/// Marks the identifiers of predictions (`p_…`).
public enum PredictionEntity: Identified {
  /// `p_`.
  public static let identifierPrefix = "p_"
}

/// The identifier of one prediction.
public typealias PredictionID = Identifier<PredictionEntity>

/// Who made the predictions of one segment file.
public struct SegmentSource: Codable, Sendable, Equatable {
  /// Name of the endpoint.
  public var endpoint: String
  /// Name of the registered model.
  public var model: String
  /// Version of the program.
  public var version: Int
  /// The deployment that the replica belongs to.
  public var deployment: String
  /// `rp_…`.
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
  /// Unique for ever.
  public var id: PredictionID
  /// Unix time, UTC.
  public var timeMs: Int64
  /// Who made it.
  public var source: SegmentSource
  /// SHA-256 of the request's body, in hexadecimal.
  public var inputDigest: String
  /// Number of the row in that request, from 0.
  public var row: Int
}
