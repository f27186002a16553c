/// How far the Python environment of a model is.
public struct EnvironmentWire: Codable, Sendable, Equatable {
  /// `none` (the model needs none), `ready` or `building`.
  public var status: String
  /// What it is called: the hash of what it is made of.
  public var hash: String?
  /// The job that makes it.
  public var job: String?

  /// Joins the parts.
  public init(status: String, hash: String?, job: String?) {
    self.status = status
    self.hash = hash
    self.job = job
  }
}
