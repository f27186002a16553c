internal import Basics
public import Serving

extension Endpoints: StageEndpoints {
  /// Puts a version behind an endpoint and returns when it answers.
  public func deployVersion(
    _ version: Int, of model: String, to endpoint: String, in place: DeploymentPlace
  ) async throws {
    _ = try await deploy(model: model, version: version, to: endpoint, place: place)
  }

  /// Whether the endpoint answers with that version now.
  public func serves(
    _ version: Int, of model: String, on endpoint: String, in place: DeploymentPlace
  ) async throws -> Bool {
    try await isServing(model: model, version: version, on: endpoint, place: place)
  }
}
