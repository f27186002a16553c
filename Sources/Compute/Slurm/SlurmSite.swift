import Basics
import Foundation
import JobProtocol
import Logging

/// One Slurm cluster as the reconciler sees it.
///
/// It works in rounds of its own, so that a slow controller delays nothing else: submit what is due, ask
/// for the states of all jobs in one call, look at the journals, stop what is to stop. Rounds come
/// quickly while something happens and rarely while nothing does; without attempts there are none.
actor SlurmSite: SiteDriver {
  /// Sets a wake for later.
  typealias Reminder = @Sendable (_ afterMs: Int64, _ wake: @escaping @Sendable () -> Void) -> Void

  /// Pauses between rounds.
  static let shortestPauseMs: Int64 = 250
  static let longestPauseMs: Int64 = 5_000
  /// How long the journal of an attempt that Slurm calls over may take to show its end: file systems
  /// of several machines show what others wrote late.
  static let journalPatienceMs: Int64 = 3_000

  /// How long a job of an array waits for others.
  static let gatheringMs: Int64 = 300
  /// How long taking up what an earlier server had may take.
  static let takingUpMs: Int64 = 2_000
  /// How often agents' programs are marked as needed.
  static let markingMs: Int64 = 3_600_000

  /// Most tasks of one array, so that a refusal is not one of too many.
  static let mostTasks = 1_000

  nonisolated let name: String
  nonisolated let link: SlurmLink
  nonisolated var engine: any SlurmEngine { link.engine }
  nonisolated var files: any SlurmFiles { link.files }
  let agent: String
  private(set) var longestSeconds: Int64?
  /// How long a job may run that asks for no time.
  private(set) var usualSeconds: Int64?
  /// Most tasks of an array, less once Slurm has refused one as too large; no arrays below two.
  var longestArray: Int
  let signal: ReconcilerSignal
  let remind: Reminder
  let logger: Logger

  var followed: [AttemptKey: SlurmAttempt] = [:]
  /// Attempts that are due and wait for others of their arrays.
  var heldBack: Set<AttemptKey> = []
  /// The limits that Slurm's arrays were given, by their ids.
  var arrayLimits: [String: Int] = [:]
  /// Why the cluster could not be asked the last time.
  var trouble: String?
  /// When agents' programs are marked next.
  var marksAtMs: Int64 = 0
  /// Whether the cluster takes jobs.
  var door = SubmissionDoor()
  var pauseMs = SlurmSite.shortestPauseMs
  /// When the next round is due, by a clock that nobody sets.
  private var dueMs: Int64 = 0
  private var isHurried = false
  private nonisolated let wakes: AsyncStream<Void>
  private nonisolated let continuation: AsyncStream<Void>.Continuation

  /// - Parameters:
  ///   - link: the way to its cluster.
  ///   - agent: path of the agent's program on the site.
  init(
    name: String, link: SlurmLink, inventory: SiteInventory?, agent: String,
    signal: ReconcilerSignal, remind: @escaping Reminder, logger: Logger
  ) {
    self.name = name
    self.link = link
    self.agent = agent
    (longestSeconds, usualSeconds) = Self.limits(of: inventory, link.options)
    longestArray = min(inventory?.maxArraySize ?? 0, Self.mostTasks)
    self.signal = signal
    self.remind = remind
    self.logger = logger
    (wakes, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Takes in what its cluster says of itself now; jobs that were submitted before keep their limits.
  func learn(_ inventory: SiteInventory) {
    (longestSeconds, usualSeconds) = Self.limits(of: inventory, link.options)
    longestArray = min(inventory.maxArraySize ?? 0, Self.mostTasks)
  }

  private static func limits(
    of inventory: SiteInventory?, _ options: SlurmOptions
  ) -> (longest: Int64?, usual: Int64?) {
    let partition = inventory?.partition(options.partition)
    return (
      partition?.timeLimitSeconds, partition?.usualTimeSeconds ?? partition?.timeLimitSeconds
    )
  }

  /// Makes rounds until the task is canceled or the site is closed; jobs go on without it.
  func follow() async {
    await withTaskCancellationHandler {
      for await _ in wakes {
        guard !Task.isCancelled else { return }
        guard isHurried || monotonicTimeMs() >= dueMs else { continue }
        isHurried = false
        guard let pause = await round() else { continue }
        // The reminder is set after this moment, on the same clock: it never comes too early.
        dueMs = monotonicTimeMs() + pause
        let continuation = continuation
        remind(pause) { continuation.yield() }
      }
    } onCancel: {
      continuation.finish()
    }
  }

  /// Ends the rounds.
  nonisolated func close() { continuation.finish() }

  /// Asks for a round soon.
  private func hurry() {
    (isHurried, pauseMs) = (true, Self.shortestPauseMs)
    continuation.yield()
  }

  func start(_ attempt: OpenAttempt, _ instruction: AttemptSpec) async throws {
    var known = SlurmAttempt(attempt, handover: .due(mayBeThere: false))
    // Others of its array are about to come, and go along.
    if attempt.spec.array != nil { known.notBeforeMs = monotonicTimeMs() + Self.gatheringMs }
    do {
      try await prepare(attempt, instruction)
    } catch  where AttemptFiles.isOfRoom(error) {
      // There may be room later.
      known.unprepared = SlurmAttempt.Unprepared(attempt: attempt, instruction: instruction)
    }
    followed[attempt.key] = known
    hurry()
  }

  /// Makes the files of an attempt; the script comes last, and says that all are there.
  func prepare(_ attempt: OpenAttempt, _ instruction: AttemptSpec) async throws {
    let text = script(of: attempt.key, attempt.folder, attempt.spec).text
    try await files.prepare(attempt, bounded(instruction))
    // It says that the attempt is prepared; of one that runs inside of an allocation, to a person, too, how to run it alone.
    try await offTask {
      try FileTree.write(Array(text.utf8), to: attempt.folder.batchScript, mode: 0o600)
    }
  }

  /// The script by which an attempt goes to Slurm.
  func script(
    of key: AttemptKey, _ folder: AttemptFolder, _ spec: JobSpec
  ) -> SlurmBatchScript {
    SlurmBatchScript(
      key: key, folder: files.place(of: folder), spec: spec, options: link.options, agent: agent,
      longestSeconds: longestSeconds)
  }

  /// The instruction for an agent that Slurm does not tell when its time is nearly over: its own clock does.
  private func bounded(_ instruction: AttemptSpec) -> AttemptSpec {
    let resources = instruction.spec.resources
    // An allocation tells what runs inside when it ends.
    guard !engine.tellsTimeLimits, !instruction.spec.isPacked,
      let seconds = resources.timeLimitMs == nil ? usualSeconds : longestSeconds
    else { return instruction }
    let notice = resources.gracePeriodMs + SlurmBatchScript.closingSeconds * 1_000
    var bounded = instruction
    bounded.spec.resources.timeLimitMs = min(
      resources.timeLimitMs ?? .max, max(1_000, seconds * 1_000 - notice))
    return bounded
  }

  func takeUp(_ attempt: OpenAttempt) async -> Bool {
    let isPrepared = FileTree.exists(attempt.folder.batchScript)
    guard isPrepared || attempt.engineId != nil else { return false }
    var known = SlurmAttempt(
      attempt, handover: attempt.engineId == nil ? .due(mayBeThere: true) : .done)
    // Its allocation may be taken up after it.
    if attempt.spec.isPacked { known.notBeforeMs = monotonicTimeMs() + Self.takingUpMs }
    followed[attempt.key] = known
    hurry()
    return true
  }

  func stop(_ key: AttemptKey) async {
    guard followed[key]?.stop == .notAsked else { return }
    followed[key]?.stop = .asked
    hurry()
  }

  func forget(_ key: AttemptKey) async { followed[key] = nil }

  func finding(on attempt: OpenAttempt) async -> SiteFinding {
    guard let known = followed[attempt.key] else { return .goesOn }
    guard var ending = known.verdict ?? known.seen?.ending else {
      // Its agent has ended, which Slurm may not have noticed.
      hurry()
      return .askAgain(afterMs: 500)
    }
    let age = monotonicTimeMs() - (known.overSinceMs ?? 0)
    // What its agent may have told last is still to be seen, by the next round: not by who asks here,
    // whom a slow login node must not keep.
    if known.id != nil, !known.isSeenWhole {
      hurry()
      return .askAgain(afterMs: trouble == nil ? 250 : 2_000)
    }
    if known.verdict == nil, AttemptFiles.isClaimed(attempt.folder), age < Self.journalPatienceMs {
      return .askAgain(afterMs: 250)
    }
    if known.stop == .notAsked { Self.look(behind: &ending, of: known) }
    if known.spec.isPacked { ending = Self.endedWithAllocation(ending) }
    // Should Slurm start it after all, its agent finds no instruction.
    _ = AttemptFiles.withdraw(attempt.folder)
    guard known.stop == .notAsked else {
      return .ended(JobStore.Ending(reason: .canceledByUser, message: ending.message))
    }
    return .ended(ending)
  }

  /// Finds out what happened where Slurm's word alone would mislead.
  private static func look(behind ending: inout JobStore.Ending, of known: SlurmAttempt) {
    let isClaimed = AttemptFiles.isClaimed(known.folder)
    func says(_ reason: JobReason, _ words: String) {
      ending.reason = reason
      ending.message = ending.message.map { "\($0); \(words)" }
    }
    switch ending.reason {
    // Slurm cancels a job that a node could not start and that it may not put back.
    case .canceledByUser where !isClaimed && known.seen?.nodes.isEmpty == false:
      says(.launchFailed, "its agent had not begun there, as when a node's prolog fails")
    // A script that was killed is a failed launch to Slurm.
    case .launchFailed where isClaimed: ending.reason = .lostAgent
    default: break
    }
    guard ending.reason == .lostAgent || ending.reason == .canceledByUser else { return }
    let output = SlurmScriptOutput(of: known.folder)
    if SlurmMemoryWords.areIn(output) {
      ending.reason = .memoryLimit
    } else if ending.reason == .lostAgent, output.tellsOfAnotherStart {
      says(.lostNode, "it had been stopped, put back and begun again")
    }
  }

  func withdraw(_ attempt: OpenAttempt) async -> Bool {
    followed[attempt.key] = nil
    return AttemptFiles.withdraw(attempt.folder)
  }

  /// Says that the reconciler should look at an attempt.
  func tellOver(_ key: AttemptKey) {
    if followed[key]?.overSinceMs == nil { followed[key]?.overSinceMs = monotonicTimeMs() }
    signal.add { $0.exited.insert(key) }
  }

  /// Passes on what is said of an attempt where it is new.
  func tell(_ key: AttemptKey, _ words: String) {
    guard let known = followed[key] else { return }
    let observation = SiteObservation(engineId: known.id, state: words)
    guard known.told != observation else { return }
    followed[key]?.told = observation
    pauseMs = Self.shortestPauseMs
    signal.add { $0.observed[key] = observation }
  }
}
