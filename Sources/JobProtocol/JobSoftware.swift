/// What a job's command finds installed, beside what its node has.
public struct JobSoftware: Hashable, Codable, Sendable {
  /// Modules that are loaded, in order.
  public var modules: [String]
  /// Digest of a requirements file, of which a Python environment is made.
  public var requirements: String?
  /// Path of a container's image, or an address of one, in which the command runs.
  public var container: String?

  /// Takes every value as it is.
  public init(modules: [String] = [], requirements: String? = nil, container: String? = nil) {
    self.modules = modules
    self.requirements = requirements
    self.container = container
  }
}
