import JobProtocol

/// How an attempt stands whose journal does not tell.
enum SiteFinding: Sendable {
  /// It goes on, or news of it will come.
  case goesOn
  /// Nobody can say yet.
  case askAgain(afterMs: Int64)
  /// Nothing of it is left, or nothing of what is left counts any more.
  case ended(JobStore.Ending)
}

/// What the reconciler needs of the engine of a site.
///
/// An attempt is the same on all sites: a folder with an instruction, and an agent that claims it and
/// writes a journal. What differs is how the agent comes to run, how its end is noticed, and how it is
/// told to stop. A driver says what it notices through the `ReconcilerSignal`: `changed` for a journal
/// that has grown, `exited` for an attempt that needs a `finding`, `observed` for what the engine
/// says of one that waits or runs.
///
/// What every driver owes is in `SiteContractTests`.
protocol SiteDriver: Sendable {
  /// Makes the files of an attempt and gives it to the engine; news of it come from then on.
  ///
  /// Repeating it starts nothing twice. What it throws is final: the attempt never runs.
  func start(_ attempt: OpenAttempt, _ instruction: AttemptSpec) async throws

  /// Tells news of an attempt that an earlier server had; false if it has still to be started.
  func takeUp(_ attempt: OpenAttempt) async -> Bool

  /// Tells an attempt to stop, now or as soon as it is there.
  func stop(_ key: AttemptKey) async

  /// Tells no more news of an attempt.
  func forget(_ key: AttemptKey) async

  /// How an attempt stands; asked after `exited`. Whatever of it survived its agent is gone after an end.
  func finding(on attempt: OpenAttempt) async -> SiteFinding

  /// Keeps an attempt that could not be started from starting; false if an agent has it.
  func withdraw(_ attempt: OpenAttempt) async -> Bool

  /// The program and its arguments that take a person into an attempt that runs; nil where it does not.
  ///
  /// - Throws: `JobError` where the site has no way into what runs, or cannot be asked.
  func entrance(to attempt: OpenAttempt, _ visit: JobVisit) async throws -> [String]?

  /// Sentences about why an attempt waits, or where it runs; empty where there is nothing to add.
  func explain(_ attempt: OpenAttempt) async -> [String]
}

/// What the engine of a site says of an attempt.
struct SiteObservation: Sendable, Equatable {
  /// The engine's name for it: Slurm's job id.
  var engineId: String?
  /// The engine's own words for its state.
  var state: String
}
