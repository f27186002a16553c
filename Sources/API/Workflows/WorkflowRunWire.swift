/// A workflow run as `run --output json` and `GET /api/v1/workflow-runs/{id}` tell it.
public struct WorkflowRunWire: Codable, Sendable, Equatable {
  /// One stage.
  public struct Stage: Codable, Sendable, Equatable {
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
    public var error: ErrorWire.Body?

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
    public var message: String
    /// A search: trials that ended, the most there will be, and the best value so far.
    public var trials: Int?
    public var trialLimit: Int?
    public var bestValue: Double?
    public var trialsPerSecond: Double?
    public var secondsLeft: Double?

    public init(phase: String, share: Double?, message: String) {
      self.phase = phase
      self.share = share
      self.message = message
    }
  }

  /// A version of a registered model.
  public struct ModelVersion: Codable, Sendable, Equatable {
    public var name: String
    public var version: Int

    public init(name: String, version: Int) {
      self.name = name
      self.version = version
    }
  }

  /// A stable URL that answers predictions.
  public struct Endpoint: Codable, Sendable, Equatable {
    public var name: String
    public var url: String

    public init(name: String, url: String) {
      self.name = name
      self.url = url
    }
  }

  /// How a gate came out.
  public struct Gate: Codable, Sendable, Equatable {
    public var metric: String
    public var slice: String?
    /// `at_most`, `at_least` or `max_gap`.
    public var kind: String
    public var limit: Double
    public var value: Double?
    public var passed: Bool

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

  public var workflowRun: String
  /// The workflow's name.
  public var name: String
  /// `queued`, `running`, `succeeded`, `failed` or `canceled`.
  public var status: String
  public var createdAtMs: Int64
  public var stages: [Stage]
  public var datasetVersion: String?
  /// The tracking run, 32 hexadecimal digits.
  public var run: String?
  public var modelVersion: ModelVersion?
  public var endpoint: Endpoint?
  /// By `validation`, `test`, and the baselines on test rows (`test_linear`, `test_trivial`).
  public var metrics: [String: [String: Double]]
  public var gates: [Gate]
  /// URL of the report, once there is one.
  public var report: String?
  public var error: ErrorWire.Body?

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
  public var workflowRuns: [WorkflowRunWire]

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

  public init(text: String, path: String, baseFolder: String) {
    self.text = text
    self.path = path
    self.baseFolder = baseFolder
  }
}

/// What would run, and why.
public struct WorkflowPlanWire: Codable, Sendable, Equatable {
  /// One stage.
  public struct Stage: Codable, Sendable, Equatable {
    public var name: String
    /// `run` or `reuse`.
    public var action: String
    /// Whole sentences or differences, the most important first.
    public var reasons: [String]
    /// The stage's key, where its inputs are known already.
    public var key: String?

    public init(name: String, action: String, reasons: [String], key: String?) {
      self.name = name
      self.action = action
      self.reasons = reasons
      self.key = key
    }
  }

  public var name: String
  public var stages: [Stage]

  public init(name: String, stages: [Stage]) {
    self.name = name
    self.stages = stages
  }
}

/// The chain behind an identifier, from what was asked for back to the bytes it came from.
public struct ExplanationWire: Codable, Sendable, Equatable {
  /// One link of the chain.
  public struct Link: Codable, Sendable, Equatable {
    /// `prediction`, `model version`, `run`, `trial`, `job`, `dataset version`, `source` …
    public var kind: String
    public var id: String
    /// What there is to say about it, as sentences or values.
    public var details: [String]

    public init(kind: String, id: String, details: [String]) {
      self.kind = kind
      self.id = id
      self.details = details
    }
  }

  public var id: String
  public var chain: [Link]

  public init(id: String, chain: [Link]) {
    self.id = id
    self.chain = chain
  }
}
