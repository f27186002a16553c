public import JobProtocol

/// Where the replicas of a deployment run, and what each of them may use.
public struct DeploymentPlace: Codable, Hashable, Sendable {
  /// Name of the site; nil is this machine.
  public var site: String?
  /// What each replica may use; a time limit lets the next one take over before it comes.
  public var resources: JobResources

  /// Joins the parts; this machine, one core and no limits by default.
  public init(site: String? = nil, resources: JobResources = JobResources()) {
    self.site = site
    self.resources = resources
  }
}
