/// An array of jobs as HTTP and `--output json` tell it.
public struct JobArrayWire: Codable, Sendable, Equatable {
  /// Identifier of the array.
  public var id: String
  /// The name of its jobs.
  public var name: String
  /// Name of the site where they run.
  public var site: String
  /// How many jobs it has.
  public var count: Int
  /// How many of them wait, run, are being stopped and have ended, by those words.
  public var states: [String: Int]
  /// How many have ended with which reason.
  public var reasons: [String: Int]
  /// How many of them run at once at most; absent for as many as there is room for.
  public var atMost: Int?

  /// Takes every value as it is.
  public init(
    id: String, name: String, site: String, count: Int, states: [String: Int],
    reasons: [String: Int]
  ) {
    self.id = id
    self.name = name
    self.site = site
    self.count = count
    self.states = states
    self.reasons = reasons
  }
}

/// What `POST /api/v1/job-arrays` takes.
public struct JobArraySubmissionWire: Codable, Sendable, Equatable {
  /// Identifier that the caller drew, which makes the request safe to repeat; usually absent.
  public var id: String?
  /// How many jobs.
  public var count: Int
  /// How many of them run at once at most; as many as there is room for by default.
  public var atMost: Int?
  /// What each of them runs; its `id` is not looked at.
  public var job: JobSubmissionWire

  /// Asks for some jobs of a kind.
  public init(count: Int, job: JobSubmissionWire) {
    self.count = count
    self.job = job
  }
}

/// The place of a job in an array.
public struct JobArrayPlaceWire: Codable, Sendable, Equatable {
  /// Identifier of the array.
  public var id: String
  /// From 0.
  public var index: Int
  /// How many jobs the array has.
  public var count: Int
  /// How many of them run at once at most; absent for as many as there is room for.
  public var atMost: Int?

  /// Takes every value as it is.
  public init(id: String, index: Int, count: Int) {
    self.id = id
    self.index = index
    self.count = count
  }
}
