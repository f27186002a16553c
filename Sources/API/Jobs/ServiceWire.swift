/// A service as HTTP and `--output json` tell it.
public struct ServiceWire: Codable, Sendable, Equatable {
  /// One of the jobs behind its address.
  public struct Instance: Codable, Sendable, Equatable {
    /// Identifier of the job.
    public var job: String
    /// From 1, in the order of submission.
    public var number: Int
    /// `starting`, `serving`, `draining` or `ended`.
    public var role: String
    /// The state of the job.
    public var state: String
    /// Why the job is stopping or has ended.
    public var reason: String?
    /// Its machine, as its site calls it.
    public var host: String?
    /// TCP port on it.
    public var port: Int?
    /// Since when its command answers on its machine: milliseconds since 1970, UTC.
    public var listeningSinceMs: Int64?
    /// When its time limit ends it.
    public var endsAtMs: Int64?

    /// Takes every value as it is.
    public init(
      job: String, number: Int, role: String, state: String, reason: String?, host: String?,
      port: Int?, listeningSinceMs: Int64?, endsAtMs: Int64?
    ) {
      self.job = job
      self.number = number
      self.role = role
      self.state = state
      self.reason = reason
      self.host = host
      self.port = port
      self.listeningSinceMs = listeningSinceMs
      self.endsAtMs = endsAtMs
    }
  }

  /// Identifier of the service.
  public var id: String
  /// The project that it belongs to.
  public var project: String
  /// The name in its address.
  public var name: String
  /// `down`, `up`, `stopping` or `ended`.
  public var state: String
  /// Where it answers.
  public var url: String
  /// Name of the site where its jobs run.
  public var site: String
  /// Whole sentences about why it stands where it does.
  public var sentences: [String]
  /// When the next job is submitted, if a time limit calls for one.
  public var renewsAtMs: Int64?
  /// When it was submitted: milliseconds since 1970, UTC.
  public var createdAtMs: Int64
  /// When the last of its jobs had ended.
  public var endedAtMs: Int64?
  /// Its last jobs, the oldest first.
  public var instances: [Instance]

  /// Takes every value as it is.
  public init(
    id: String, project: String, name: String, state: String, url: String, site: String,
    sentences: [String], renewsAtMs: Int64?, createdAtMs: Int64, endedAtMs: Int64?,
    instances: [Instance]
  ) {
    self.id = id
    self.project = project
    self.name = name
    self.state = state
    self.url = url
    self.site = site
    self.sentences = sentences
    self.renewsAtMs = renewsAtMs
    self.createdAtMs = createdAtMs
    self.endedAtMs = endedAtMs
    self.instances = instances
  }
}

/// What `POST /api/v1/services` takes.
public struct ServiceSubmissionWire: Codable, Sendable, Equatable {
  /// Identifier that the caller drew, which makes the request safe to repeat; usually absent.
  public var id: String?
  /// The name in its address.
  public var name: String
  /// What each of its jobs runs; its `id` is not looked at, and its `restart` is the service's.
  public var job: JobSubmissionWire
  /// The variable that tells the command its port; `PORT` by default.
  public var portVariable: String?
  /// Path that answers once the command is ready; by default it is when it accepts connections.
  public var readyPath: String?
  /// Milliseconds before the time limit at which the next job is submitted; a quarter of the limit by default.
  public var renewBeforeMs: Int64?
  /// Milliseconds that requests under way have when the next job takes over; 30,000 by default.
  public var drainMs: Int64?

  /// Asks for a service with everything else as usual.
  public init(name: String, job: JobSubmissionWire) {
    self.name = name
    self.job = job
  }
}

/// The answer of `GET /api/v1/services`.
public struct ServiceListWire: Codable, Sendable, Equatable {
  /// Newest first.
  public var services: [ServiceWire]

  /// Takes the services in their order.
  public init(services: [ServiceWire]) { self.services = services }
}
