/// A workflow run as `run --output json` and `GET /api/v1/workflow-runs/{id}` tell it.
public struct WorkflowRunWire: Codable, Sendable, Equatable {
  /// One stage.
  public struct Stage: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// `pending`, `running`, `succeeded`, `failed`, `canceled` or `skipped`.
    public var status: String
    /// What an earlier run made was taken over.
    public var reused: Bool
    /// Wall-clock seconds so far; nil before it began.
    public var seconds: Double?
    /// The job that made the stage's output; also that of an earlier run.
    public var job: String?
    /// How far a running stage is.
    public var progress: Progress?
    /// Why it failed, if it did.
    public var error: ErrorWire.Body?

    /// Takes every value as it is.
    public init(
      name: String, status: String, reused: Bool, seconds: Double?, job: String?,
      progress: Progress? = nil, error: ErrorWire.Body? = nil
    ) {
      self.name = name
      self.status = status
      self.reused = reused
      self.seconds = seconds
      self.job = job
      self.progress = progress
      self.error = error
    }
  }

  /// How far a running stage is.
  public struct Progress: Codable, Sendable, Equatable {
    /// `waiting` for a place, else the stage program's own word.
    public var phase: String
    /// In 0...1 where known.
    public var share: Double?
    /// What happened, in words.
    public var message: String
    /// A search: trials that ended, the most there will be, and the best value so far.
    public var trials: Int?
    /// Most trials of the search, if bounded.
    public var trialLimit: Int?
    /// Best value of the metric so far.
    public var bestValue: Double?
    /// Trials that end in a second.
    public var trialsPerSecond: Double?
    /// Estimated seconds to the end.
    public var secondsLeft: Double?

    /// Takes every value as it is.
    public init(phase: String, share: Double?, message: String) {
      self.phase = phase
      self.share = share
      self.message = message
    }
  }

  /// A version of a registered model.
  public struct ModelVersion: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Number of the version, from 1.
    public var version: Int

    /// Takes every value as it is.
    public init(name: String, version: Int) {
      self.name = name
      self.version = version
    }
  }

  /// A stable URL that answers predictions.
  public struct Endpoint: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Where it answers.
    public var url: String

    /// Takes every value as it is.
    public init(name: String, url: String) {
      self.name = name
      self.url = url
    }
  }

  /// How a gate came out.
  public struct Gate: Codable, Sendable, Equatable {
    /// Name of the metric.
    public var metric: String
    /// Column of the slices, for a gate on their gap.
    public var slice: String?
    /// `at_most`, `at_least` or `max_gap`.
    public var kind: String
    /// The limit that counted.
    public var limit: Double
    /// What was measured; nil where it could not be.
    public var value: Double?
    /// Whether it holds.
    public var passed: Bool

    /// Takes every value as it is.
    public init(
      metric: String, slice: String?, kind: String, limit: Double, value: Double?, passed: Bool
    ) {
      self.metric = metric
      self.slice = slice
      self.kind = kind
      self.limit = limit
      self.value = value
      self.passed = passed
    }
  }

  /// Identifier of the run.
  public var workflowRun: String
  /// The workflow's name.
  public var name: String
  /// `queued`, `running`, `succeeded`, `failed` or `canceled`.
  public var status: String
  /// When it was accepted, Unix time in milliseconds.
  public var createdAtMs: Int64
  /// In the order of running.
  public var stages: [Stage]
  /// `dv_…`, once there is one.
  public var datasetVersion: String?
  /// The tracking run, 32 hexadecimal digits.
  public var run: String?
  /// The search, `study_…`, where there was one.
  public var study: String?
  /// The tracking run of a command's best trial, or of the only one.
  public var bestRun: String?
  /// The registered version, once there is one.
  public var modelVersion: ModelVersion?
  /// The endpoint, once there is one.
  public var endpoint: Endpoint?
  /// By `validation`, `test`, and the baselines on test rows (`test_linear`, `test_trivial`).
  public var metrics: [String: [String: Double]]
  /// All must hold on the test rows.
  public var gates: [Gate]
  /// URL of the report, once there is one.
  public var report: String?
  /// Why it failed, if it did.
  public var error: ErrorWire.Body?

  /// Takes every value as it is.
  public init(
    workflowRun: String, name: String, status: String, createdAtMs: Int64, stages: [Stage]
  ) {
    self.workflowRun = workflowRun
    self.name = name
    self.status = status
    self.createdAtMs = createdAtMs
    self.stages = stages
    metrics = [:]
    gates = []
  }

  /// Whether nothing more happens.
  public var isFinal: Bool { !["queued", "running"].contains(status) }
}

/// Many workflow runs, newest first.
public struct WorkflowRunListWire: Codable, Sendable, Equatable {
  /// Newest first.
  public var workflowRuns: [WorkflowRunWire]

  /// Takes every value as it is.
  public init(workflowRuns: [WorkflowRunWire]) { self.workflowRuns = workflowRuns }
}

/// A workflow file as it is sent for running or planning.
public struct WorkflowSubmissionWire: Codable, Sendable, Equatable {
  /// Content of the file.
  public var text: String
  /// How the user named the file, for messages.
  public var path: String
  /// Absolute folder at which relative sources start.
  public var baseFolder: String
  /// Who asks, and out of which working copy.
  public var source: SourceWire?

  /// Takes every value as it is.
  public init(text: String, path: String, baseFolder: String, source: SourceWire? = nil) {
    self.text = text
    self.path = path
    self.baseFolder = baseFolder
    self.source = source
  }
}

/// What would run, and why.
public struct WorkflowPlanWire: Codable, Sendable, Equatable {
  /// One stage.
  public struct Stage: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// `run` or `reuse`.
    public var action: String
    /// Whole sentences or differences, the most important first.
    public var reasons: [String]
    /// The stage's key, where its inputs are known already.
    public var key: String?
    /// Where its job would run, unless that is this machine.
    public var site: String?

    /// Takes every value as it is.
    public init(
      name: String, action: String, reasons: [String], key: String?, site: String? = nil
    ) {
      self.name = name
      self.action = action
      self.reasons = reasons
      self.key = key
      self.site = site
    }
  }

  /// Its name.
  public var name: String
  /// In the order of running.
  public var stages: [Stage]

  /// Takes every value as it is.
  public init(name: String, stages: [Stage]) {
    self.name = name
    self.stages = stages
  }
}

/// The chain behind an identifier, from what was asked for back to the bytes it came from.
public struct ExplanationWire: Codable, Sendable, Equatable {
  /// One link of the chain.
  public struct Link: Codable, Sendable, Equatable {
    /// What the link is: a prediction, a model version, a run, a trial, a job, a source.
    public var kind: String
    /// Its identifier.
    public var id: String
    /// What there is to say about it, as sentences or values.
    public var details: [String]

    /// Takes every value as it is.
    public init(kind: String, id: String, details: [String]) {
      self.kind = kind
      self.id = id
      self.details = details
    }
  }

  /// Its identifier.
  public var id: String
  /// From what was asked for back to the sources.
  public var chain: [Link]

  /// Takes every value as it is.
  public init(id: String, chain: [Link]) {
    self.id = id
    self.chain = chain
  }
}
