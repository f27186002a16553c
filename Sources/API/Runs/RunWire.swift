/// A run as HTTP and `--output json` tell it.
public struct RunWire: Codable, Sendable, Equatable {
  /// A dataset that it read.
  public struct Input: Codable, Sendable, Equatable {
    /// Name of the dataset.
    public var name: String
    /// Hash of its content.
    public var digest: String
    /// What it was used for.
    public var context: String
    /// The factory's dataset version, if it is one.
    public var datasetVersion: String?

    /// Takes every value as it is.
    public init(name: String, digest: String, context: String, datasetVersion: String?) {
      self.name = name
      self.digest = digest
      self.context = context
      self.datasetVersion = datasetVersion
    }
  }

  /// A run right below another.
  public struct Child: Codable, Sendable, Equatable {
    /// Identifier of the run.
    public var id: String
    /// Its name for people.
    public var name: String
    /// Its status.
    public var status: String

    /// Takes every value as it is.
    public init(id: String, name: String, status: String) {
      self.id = id
      self.name = name
      self.status = status
    }
  }

  /// A file that the run logged.
  public struct Artifact: Codable, Sendable, Equatable {
    /// Path below the run's artifacts.
    public var path: String
    /// Size in bytes.
    public var bytes: Int64

    /// Takes every value as it is.
    public init(path: String, bytes: Int64) {
      self.path = path
      self.bytes = bytes
    }
  }

  /// Identifier of the run, 32 hexadecimal digits.
  public var id: String
  /// Identifier of its experiment.
  public var experiment: String
  /// Its name for people.
  public var name: String
  /// `RUNNING`, `SCHEDULED`, `FINISHED`, `FAILED` or `KILLED`.
  public var status: String
  /// Who started it.
  public var user: String
  /// The job that did the work.
  public var job: String?
  /// Unix time, UTC.
  public var startedAtMs: Int64
  /// Unix time, UTC.
  public var endedAtMs: Int64?
  /// The latest value of each metric.
  public var metrics: [String: Double]
  /// What it was run with.
  public var params: [String: String]
  /// Free notes.
  public var tags: [String: String]
  /// What it read.
  public var inputs: [Input]
  /// The run right above it.
  public var parent: String?
  /// The runs right below it, oldest first; only where one run is asked for.
  public var children: [Child]?
  /// The files that it logged, the first thousand; only where one run is asked for.
  public var artifacts: [Artifact]?

  /// Takes every value as it is.
  public init(
    id: String, experiment: String, name: String, status: String, user: String, job: String?,
    startedAtMs: Int64, endedAtMs: Int64?, metrics: [String: Double], params: [String: String],
    tags: [String: String], inputs: [Input]
  ) {
    self.id = id
    self.experiment = experiment
    self.name = name
    self.status = status
    self.user = user
    self.job = job
    self.startedAtMs = startedAtMs
    self.endedAtMs = endedAtMs
    self.metrics = metrics
    self.params = params
    self.tags = tags
    self.inputs = inputs
  }
}

/// The newest runs.
public struct RunListWire: Codable, Sendable, Equatable {
  /// Newest first.
  public var runs: [RunWire]

  /// Lists runs.
  public init(runs: [RunWire]) { self.runs = runs }
}

/// The curve of one metric.
public struct MetricHistoryWire: Codable, Sendable, Equatable {
  /// One point of the curve.
  public struct Point: Codable, Sendable, Equatable {
    /// The measured value.
    public var value: Double
    /// Where on the curve.
    public var step: Int64
    /// Unix time, UTC.
    public var timestampMs: Int64

    /// Takes every value as it is.
    public init(value: Double, step: Int64, timestampMs: Int64) {
      self.value = value
      self.step = step
      self.timestampMs = timestampMs
    }
  }

  /// Name of the metric.
  public var key: String
  /// In order of step and time.
  public var points: [Point]

  /// Takes every value as it is.
  public init(key: String, points: [Point]) {
    self.key = key
    self.points = points
  }
}
