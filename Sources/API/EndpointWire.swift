/// A model version by name and number.
public struct ModelReferenceWire: Codable, Sendable, Equatable {
  /// Name of the registered model.
  public var name: String
  /// From 1.
  public var version: Int

  /// Joins the parts.
  public init(name: String, version: Int) {
    self.name = name
    self.version = version
  }
}

/// An endpoint and what stands behind it.
public struct EndpointWire: Codable, Sendable, Equatable {
  /// One deployment.
  public struct Deployment: Codable, Sendable, Equatable {
    /// `dp_…`.
    public var id: String
    /// What it serves.
    public var modelVersion: ModelReferenceWire
    /// Name of the site where its replicas run; nil is the server's machine.
    public var site: String?
    /// `starting`, `live`, `draining` or `ended`.
    public var state: String
    /// Why it ended: `replaced`, `failed`, `deleted`.
    public var reason: String?
    /// Words about the reason.
    public var message: String?
    /// Unix time.
    public var createdAtMs: Int64
    /// When it ended.
    public var endedAtMs: Int64?

    /// Joins the parts.
    public init(
      id: String, modelVersion: ModelReferenceWire, site: String?, state: String,
      reason: String?, message: String?, createdAtMs: Int64, endedAtMs: Int64?
    ) {
      self.id = id
      self.modelVersion = modelVersion
      self.site = site
      self.state = state
      self.reason = reason
      self.message = message
      self.createdAtMs = createdAtMs
      self.endedAtMs = endedAtMs
    }
  }

  /// One replica.
  public struct Replica: Codable, Sendable, Equatable {
    /// `rp_…`.
    public var id: String
    /// The deployment that it answers for.
    public var deployment: String
    /// The job that runs it.
    public var job: String
    /// `starting`, `healthy` or `ended`.
    public var state: String
    /// Why it ended.
    public var reason: String?
    /// Unix time.
    public var createdAtMs: Int64

    /// Joins the parts.
    public init(
      id: String, deployment: String, job: String, state: String, reason: String?,
      createdAtMs: Int64
    ) {
      self.id = id
      self.deployment = deployment
      self.job = job
      self.state = state
      self.reason = reason
      self.createdAtMs = createdAtMs
    }
  }

  /// A part of the URL.
  public var name: String
  /// Where rows go: `…/endpoints/NAME`, with `/predict` or `/invocations` behind it.
  public var url: String
  /// `ready`, `starting` or `failed`.
  public var status: String
  /// Why the version that was wanted last does not answer yet, in sentences.
  public var explanation: String?
  /// What answers now.
  public var modelVersion: ModelReferenceWire?
  /// Newest first.
  public var deployments: [Deployment]
  /// Newest first.
  public var replicas: [Replica]
  /// Unix time.
  public var createdAtMs: Int64

  /// Joins the parts.
  public init(
    name: String, url: String, status: String, explanation: String?,
    modelVersion: ModelReferenceWire?, deployments: [Deployment], replicas: [Replica],
    createdAtMs: Int64
  ) {
    self.name = name
    self.url = url
    self.status = status
    self.explanation = explanation
    self.modelVersion = modelVersion
    self.deployments = deployments
    self.replicas = replicas
    self.createdAtMs = createdAtMs
  }
}

/// All endpoints of a project.
public struct EndpointListWire: Codable, Sendable {
  /// By name.
  public var endpoints: [EndpointWire]

  /// Takes the endpoints.
  public init(endpoints: [EndpointWire]) { self.endpoints = endpoints }
}

/// Asks for a model version behind an endpoint.
public struct DeployRequestWire: Codable, Sendable {
  /// Name of the registered model.
  public var model: String
  /// Nil is that of the alias, or the newest.
  public var version: Int?
  /// Names a version where there is no number.
  public var alias: String?
  /// Path of an interpreter that has what a model of MLflow's needs; nil makes an environment.
  public var python: String?
  /// Name of the site where its replicas run; the server's machine by default.
  public var site: String?
  /// CPU cores of each replica; 1 by default.
  public var cpus: Int?
  /// Bytes of memory of each replica; no limit by default.
  public var memoryBytes: Int64?
  /// Accelerators of each replica; none by default.
  public var gpus: Int?
  /// Milliseconds that a replica may run before the next one takes over; what its site gives by default.
  public var timeLimitMs: Int64?

  /// Asks for it on the server's machine, with everything else as usual.
  public init(model: String, version: Int?, alias: String? = nil, python: String? = nil) {
    self.model = model
    self.version = version
    self.alias = alias
    self.python = python
  }
}

/// What is known of one prediction.
public struct PredictionWire: Codable, Sendable, Equatable {
  /// `p_…`.
  public var id: String
  /// Unix time.
  public var timeMs: Int64
  /// The endpoint that answered.
  public var endpoint: String
  /// The model version that answered.
  public var modelVersion: ModelReferenceWire
  /// `dp_…`.
  public var deployment: String
  /// `rp_…`.
  public var replica: String
  /// SHA-256 of the request's body.
  public var inputDigest: String
  /// Number of the row in that request, from 0.
  public var row: Int

  /// Joins the parts.
  public init(
    id: String, timeMs: Int64, endpoint: String, modelVersion: ModelReferenceWire,
    deployment: String, replica: String, inputDigest: String, row: Int
  ) {
    self.id = id
    self.timeMs = timeMs
    self.endpoint = endpoint
    self.modelVersion = modelVersion
    self.deployment = deployment
    self.replica = replica
    self.inputDigest = inputDigest
    self.row = row
  }
}
