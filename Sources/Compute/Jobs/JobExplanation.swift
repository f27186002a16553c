public import Basics

/// Why a job stands where it does, in words.
public struct JobExplanation: Sendable, Equatable {
  /// The job.
  public var id: Identifier<Job>
  /// Its state.
  public var state: JobStateMachine.State
  /// The reason for its state.
  public var reason: JobReason?
  /// Whole sentences, the most important first.
  public var sentences: [String]
  /// The jobs that hold what this one waits for.
  public var holders: [Identifier<Job>]
  /// The arrays that do, each of which stands for its jobs.
  public var arrays: [Identifier<JobArray>] = []
}
