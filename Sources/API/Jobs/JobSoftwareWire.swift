/// What a job's command finds installed, as HTTP and `--output json` tell it.
public struct JobSoftwareWire: Codable, Sendable, Equatable {
  /// Modules that are loaded, in order.
  public var modules: [String]?
  /// In a submission the absolute path of a requirements file, of a job the SHA-256 of its content.
  public var requirements: String?
  /// Absolute path of a container's image as nodes see it, or an address such as `docker://python:3.12`.
  public var container: String?

  /// Takes every value as it is.
  public init(modules: [String]? = nil, requirements: String? = nil, container: String? = nil) {
    self.modules = modules
    self.requirements = requirements
    self.container = container
  }
}
