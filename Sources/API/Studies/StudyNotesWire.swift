public import Basics

/// Values that somebody wants tried.
public struct StudyEnqueueWire: Codable, Sendable, Equatable {
  /// Values by parameters; what is missing is filled in when the trial begins.
  public var point: JSONValue
  /// Drawn anew for each point, and repeated where the answer was lost.
  public var key: String
  /// What is noted of the trial, JSON texts by key.
  public var userAttributes: [String: String]?
  /// Whether nothing is wanted where these values were tried, or wait.
  public var skipIfExists: Bool?

  /// Takes every value as it is.
  public init(
    point: JSONValue, key: String, userAttributes: [String: String]? = nil,
    skipIfExists: Bool? = nil
  ) {
    self.point = point
    self.key = key
    self.userAttributes = userAttributes
    self.skipIfExists = skipIfExists
  }
}

/// Whether values will be tried.
public struct StudyEnqueuedWire: Codable, Sendable, Equatable {
  /// Whether a trial will have them; not where they were to be skipped.
  public var enqueued: Bool
  /// How many points wait.
  public var waiting: Int

  /// Takes every value as it is.
  public init(enqueued: Bool, waiting: Int) {
    self.enqueued = enqueued
    self.waiting = waiting
  }
}

/// Something that a program notes of a study.
public struct StudyAttributeWire: Codable, Sendable, Equatable {
  /// What it is called.
  public var key: String
  /// Its value, a JSON text.
  public var valueJson: String

  /// Takes every value as it is.
  public init(key: String, valueJson: String) {
    self.key = key
    self.valueJson = valueJson
  }
}

/// Something that a program notes of its trial.
public struct TrialAttributeWire: Codable, Sendable, Equatable {
  /// The trial's attempt.
  public var attempt: Int
  /// What it is called.
  public var key: String
  /// Its value, a JSON text.
  public var valueJson: String

  /// Takes every value as it is.
  public init(attempt: Int, key: String, valueJson: String) {
    self.attempt = attempt
    self.key = key
    self.valueJson = valueJson
  }
}
