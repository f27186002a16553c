/// What is put behind an endpoint: the files of one model version, what loads them, and where.
public struct DeploymentSubject: Sendable, Equatable {
  /// Name of the registered model.
  public var model: String
  /// Version of the model.
  public var version: Int
  /// Digest of the folder manifest of its files.
  public var package: String
  /// The interpreter that loads a model of MLflow's; nil for packages of the factory's.
  public var python: String?
  /// Where its replicas run.
  public var place: DeploymentPlace

  /// Joins the parts.
  public init(
    model: String, version: Int, package: String, python: String? = nil,
    place: DeploymentPlace = DeploymentPlace()
  ) {
    self.model = model
    self.version = version
    self.package = package
    self.python = python
    self.place = place
  }
}

extension Deployment {
  /// What it puts behind its endpoint.
  var subject: DeploymentSubject {
    DeploymentSubject(
      model: model, version: version, package: package, python: python, place: place)
  }
}
