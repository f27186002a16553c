import Basics

/// The identifier of a run: 32 hexadecimal digits, as MLflow's clients expect.
public struct RunID: Hashable, Sendable, CustomStringConvertible {
  /// The digits, in lower case.
  public let rawValue: String

  /// Takes an identifier that was made before; nil if it is not one.
  public init?(_ rawValue: String) {
    guard rawValue.utf8.count == 32,
      rawValue.utf8.allSatisfy({ RunID.digits.contains($0) })
    else { return nil }
    self.rawValue = rawValue
  }

  private init(unchecked rawValue: String) { self.rawValue = rawValue }

  private static let digits = Array("0123456789abcdef".utf8)

  /// Draws 128 random bits, in two calls: the system's generator is a system call each time.
  public static func random(using generator: inout some RandomNumberGenerator) -> RunID {
    RunID(high: generator.next(), low: generator.next())
  }

  private init(high: UInt64, low: UInt64) {
    let rawValue = String(unsafeUninitializedCapacity: 32) { bytes in
      for place in 0..<16 {
        let shift = UInt64(60 - 4 * place)
        bytes[place] = Self.digits[Int(high >> shift & 15)]
        bytes[16 + place] = Self.digits[Int(low >> shift & 15)]
      }
      return 32
    }
    self.init(unchecked: rawValue)
  }

  /// Draws an identifier that sorts after those drawn before it, with 74 random bits: a UUID of
  /// version 7 (RFC 9562, §5.7).
  ///
  /// Indices of runs that are created together then change in one place, and a commit writes few
  /// of their pages.
  ///
  /// - Parameter timeMs: Unix time.
  public static func timed(
    atMs timeMs: Int64, using generator: inout some RandomNumberGenerator
  ) -> RunID {
    let time = UInt64(truncatingIfNeeded: timeMs) << 16
    return RunID(
      high: time | 0x7000 | generator.next() & 0x0FFF,
      low: 1 << 63 | generator.next() & (1 << 62 - 1))
  }

  /// Draws an identifier that sorts by time from the system's generator.
  public static func timed(atMs timeMs: Int64) -> RunID {
    var generator = SystemRandomNumberGenerator()
    return timed(atMs: timeMs, using: &generator)
  }

  /// Draws a new identifier from the system's generator.
  public static func random() -> RunID {
    var generator = SystemRandomNumberGenerator()
    return random(using: &generator)
  }

  /// The identifier that always stands for the same thing of the factory, such as a trial of a study.
  ///
  /// Whoever writes the run twice, because it was interrupted, writes one run.
  public static func derived(from words: String...) -> RunID {
    let digest = ObjectDigest(of: "run \(words.joined(separator: " "))")
    return RunID(unchecked: String(digest.hex.prefix(32)))
  }

  /// The digits.
  public var description: String { rawValue }
}

/// How far a run is; the raw values are MLflow's words.
public enum RunStatus: String, Codable, Sendable, CaseIterable {
  case running = "RUNNING"
  case scheduled = "SCHEDULED"
  case finished = "FINISHED"
  case failed = "FAILED"
  case killed = "KILLED"

  /// Whether the run has ended.
  public var isFinal: Bool {
    switch self {
    case .running, .scheduled: false
    case .finished, .failed, .killed: true
    }
  }
}

/// What the ledger's tables call a run by, found once for all that a request writes.
public struct RunNumber: Hashable, Sendable {
  let rawValue: Int64
}

/// One execution of training code, and what it logged.
public struct Run: Sendable, Equatable {
  /// Its identifier.
  public var id: RunID
  /// The experiment it belongs to.
  public var experiment: ExperimentID
  /// A name for people; need not be unique.
  public var name: String
  /// How far it is.
  public var status: RunStatus
  /// Whether it is in use or in the trash.
  public var lifecycle: LifecycleStage
  /// Who started it, as the client told.
  public var user: String
  /// The job that did the work, if it is one of the factory's.
  public var job: String?
  /// URI of its artifacts.
  public var artifactLocation: String
  /// Unix time, UTC.
  public var startedAtMs: Int64
  /// Unix time, UTC; nil while it runs.
  public var endedAtMs: Int64?

  /// How long it took; nil while it runs, and where the times that a client told make no sense.
  public var durationMs: Int64? {
    guard let endedAtMs, endedAtMs >= startedAtMs else { return nil }
    let (span, isTooLong) = endedAtMs.subtractingReportingOverflow(startedAtMs)
    return isTooLong ? nil : span
  }
}

/// One point of a metric's curve.
public struct MetricPoint: Sendable, Equatable {
  /// Name of the metric.
  public var key: String
  /// Any double, NaN and the infinities included.
  public var value: Double
  /// Where on the curve.
  public var step: Int64
  /// Unix time, UTC.
  public var timestampMs: Int64

  /// Makes a point.
  public init(key: String, value: Double, step: Int64, timestampMs: Int64) {
    self.key = key
    self.value = value
    self.step = step
    self.timestampMs = timestampMs
  }
}

/// A dataset that a run read.
public struct RunInput: Sendable, Equatable {
  /// Name of the dataset.
  public var name: String
  /// Hash of its content, as the one who logged it computes it.
  public var digest: String
  /// What it was used for, such as `training`.
  public var context: String
  /// Kind of its source, such as `factory` or `http`.
  public var sourceType: String
  /// Where it came from.
  public var source: String
  /// The factory's dataset version, if it is one.
  public var datasetVersion: String?
  /// Its columns, as the one who logged it tells; JSON or empty.
  public var schema: String
  /// Counts and the like, as the one who logged it tells; JSON or empty.
  public var profile: String
  /// Free notes beside the context.
  public var tags: [String: String] = [:]

  /// Names an input.
  public init(
    name: String, digest: String, context: String = "", sourceType: String = "",
    source: String = "", datasetVersion: String? = nil, schema: String = "", profile: String = ""
  ) {
    self.name = name
    self.digest = digest
    self.context = context
    self.sourceType = sourceType
    self.source = source
    self.datasetVersion = datasetVersion
    self.schema = schema
    self.profile = profile
  }
}

/// A logged model that a run read or made.
public struct RunModel: Sendable, Equatable {
  /// Which of both.
  public enum Direction: String, Sendable { case input, output }

  /// Read or made.
  public var direction: Direction
  /// The logged model's identifier.
  public var model: String
  /// Where on the curves it was made.
  public var step: Int64

  /// Names a model.
  public init(_ direction: Direction, model: String, step: Int64 = 0) {
    self.direction = direction
    self.model = model
    self.step = step
  }
}

/// A run with the latest value of each metric and all it was told.
public struct RunDetails: Sendable, Equatable {
  /// The run itself.
  public var run: Run
  /// The last point of each metric (highest step, then time, then value), by name.
  public var metrics: [MetricPoint]
  /// What it was run with.
  public var params: [String: String]
  /// Free notes.
  public var tags: [String: String]
  /// What it read.
  public var inputs: [RunInput]
  /// Logged models that it read or made.
  public var models: [RunModel] = []

  /// A run that has logged nothing but tags yet.
  public init(starting run: Run, tags: [String: String]) {
    self.init(run: run, metrics: [], params: [:], tags: tags, inputs: [])
  }

  init(
    run: Run, metrics: [MetricPoint], params: [String: String], tags: [String: String],
    inputs: [RunInput]
  ) {
    self.run = run
    self.metrics = metrics
    self.params = params
    self.tags = tags
    self.inputs = inputs
  }
}
