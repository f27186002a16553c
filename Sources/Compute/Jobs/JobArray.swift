public import Basics

/// Jobs that were submitted together: the same command, each with its index.
public struct JobArray: Identified, Sendable, Equatable {
  /// Every identifier of an array starts so.
  public static let identifierPrefix = "array_"

  /// Names the array for ever.
  public var id: Identifier<JobArray>
  /// The name of its jobs.
  public var name: String
  /// Name of the site where they run.
  public var site: String
  /// How many of its jobs run at once at most; nil is as many as there is room for.
  public var atMost: Int?
  /// How many jobs are in which state.
  public var states: [JobStateMachine.State: Int] = [:]
  /// How many have ended with which reason.
  public var reasons: [JobReason: Int] = [:]

  /// How many jobs it has.
  public var count: Int { states.values.reduce(0, +) }
  /// True once nothing more happens to any of them.
  public var hasEnded: Bool { states[.ended] == count }
  /// True when all of them ended as they should.
  public var hasSucceeded: Bool { reasons[.succeeded] == count }

  init(id: Identifier<JobArray>, name: String, site: String, atMost: Int?) {
    self.id = id
    self.name = name
    self.site = site
    self.atMost = atMost
  }
}
