import CLinux
import Glibc
import JobProtocol

/// Runs one attempt to its end: one thread, one loop over pipes, signals and deadlines.
final class Attempt {
  let folder: AttemptFolder
  let journal: SharedJournal
  let signals: Int32

  var running: [RunningTask] = []
  var nextTask = 0
  var taskLimit = 0
  /// Why tasks are being stopped, once they are.
  var stopCause: AttemptOutcome?
  /// How the first task that failed ended.
  var firstFailure: TaskExit?
  var hasStartedAny = false
  /// True when something that the job is to keep was not there, or could not be kept.
  var lostOutput = false
  /// How far what comes before the first task is.
  var preparation = Preparation.over
  var message: String?
  var usage = AttemptUsage()
  /// Processor time of processes that have ended.
  var endedCpuMs: Int64 = 0
  var deadlines = Deadlines()
  var schedule = SampleSchedule(startedAt: monotonicMs())
  var energy = EnergyCounter()
  /// Who looks after the accelerators, where there are some.
  var accelerators: AcceleratorWatch?
  /// Who speaks for all nodes of the attempt; nil where this one is alone.
  var lead: LeadLine?
  /// Whether tasks run behind a fence of their own, which must not be told what they are told.
  private var isFenced = false
  /// Folder of the job's next attempt.
  private(set) var newerAttempt = ""

  init(folder: AttemptFolder, journal: SharedJournal, signals: Int32, lead: LeadLine? = nil) {
    self.folder = folder
    self.journal = journal
    self.signals = signals
    self.lead = lead
  }

  /// Ends an attempt that cannot even begin.
  func refuse(_ reason: String) {
    message = reason
    firstFailure = .notStarted(reason)
    tellLead()
    finish(.launchFailed)
  }

  func run(_ attempt: AttemptSpec) {
    let resources = attempt.spec.resources
    newerAttempt = folder.ofAttempt(attempt.attempt + 1)
    let concurrency = max(1, min(attempt.spec.taskCount, resources.cpus))
    let tracking = attempt.tracking.map { TrackingEndpoint(attempt, $0, folder, journal) }
    guard let variables = tracking.map({ $0.open() }) ?? [] else {
      return refuse("the agent cannot open its endpoint for MLflow: \(errorText(errno))")
    }
    var watch: ReadinessWatch?
    if let listening = attempt.listening {
      guard let port = FreePort.find() else { return refuse("there is no free port on its node") }
      watch = ReadinessWatch(
        listening: listening, task: ListeningTask(host: Self.host(), port: port),
        secret: attempt.marker, journal: journal)
    }
    let environment = TaskEnvironment(
      attempt, concurrency: concurrency, tracking: variables + (watch?.variables ?? []))
    let memory = MemoryWatch(
      marker: attempt.marker, limitBytes: resources.memoryBytes,
      allowsGroup: environment.value("AIFACTORY_MEMORY") != MemoryMethod.sampled.rawValue)
    var cgroup: Int32 = -1
    if let group = memory.group {
      cgroup = open(group.path + "/cgroup.procs", O_WRONLY | O_CLOEXEC)
    }
    var launcher = TaskLauncher(
      attempt: attempt, environment: environment, place: folder, cgroup: cgroup)
    isFenced = attempt.isolation != nil
    accelerators = AcceleratorWatch(attempt, environment, now: monotonicMs())
    let outputs = Outputs(
      folder: folder, limit: resources.outputLimitBytes, keepsLines: attempt.spec.taskCount > 1)
    deadlines.begin(timeLimitMs: resources.timeLimitMs, memory: memory)
    taskLimit = attempt.spec.taskCount
    let own = ProcessStatus(of: getpid())
    record(
      .started(
        AgentStart(
          pid: getpid(), startTicks: own?.startTicks ?? 0, version: AgentProgram.version,
          memory: memory.method, cgroup: memory.group?.path,
          host: lead == nil ? nil : Self.host())))
    if let watch, !watch.start() {
      record(.note("nobody watches whether the command answers: there is no thread for it"))
    }
    if let script = attempt.preparation { prepare(script, attempt, launcher) }
    launchTasks(launcher, concurrency: concurrency)
    tellLead()
    flush()

    while !running.isEmpty {
      waitForNews(outputs)
      reapChildren(outputs)
      if let variables = takePrepared() { launcher.environment.replace(by: variables) }
      if memory.group?.hasExceeded == true, stopCause == nil { stop(.memoryLimit) }
      launchTasks(launcher, concurrency: concurrency)
      keepTime(memory, outputs, graceMs: resources.gracePeriodMs)
      tellLead()
      flush()
      outputs.flush()
    }
    killEverything(memory.group)
    if memory.group?.hasExceeded == true { stopCause = stopCause ?? .memoryLimit }
    memory.group?.remove()
    outputs.finish()
    countOutput(outputs)
    keepOutputs(of: attempt, startingIn: launcher.folder, tracking)
    returnFiles(of: attempt, startingIn: launcher.folder)
    tracking?.close()
    finish(outcome)
  }

  var outcome: AttemptOutcome {
    if let stopCause { return stopCause }
    guard let firstFailure else { return lostOutput ? .failed : .succeeded }
    if case .notStarted = firstFailure, !hasStartedAny { return .launchFailed }
    return .failed
  }

  func record(_ event: JournalEvent) {
    if case .report = event { deadlines.reported() }
    deadlines.recorded(isPatient: isOfOneTask(event), isFirst: !journal.isBehind)
    journal.append(event)
  }

  /// Whether an event is the beginning or the end of one task of several, by which nobody decides anything.
  private func isOfOneTask(_ event: JournalEvent) -> Bool {
    switch event {
    case .taskStarted, .taskEnded: taskLimit > 1
    default: false
    }
  }

  /// Writes the records that wait, unless they wait for others.
  private func flush() {
    if monotonicMs() >= deadlines.heldUntil { journal.flush() }
  }

  private func launchTasks(_ launcher: TaskLauncher, concurrency: Int) {
    guard preparation == .over else { return }
    while running.count < concurrency, nextTask < taskLimit, stopCause == nil {
      let number = nextTask
      nextTask += 1
      do {
        let task = try launcher.launch(task: number)
        record(.taskStarted(task: number, pid: task.pid))
        running.append(task)
        hasStartedAny = true
      } catch {
        record(.taskEnded(task: number, exit: .notStarted(error.message), usage: TaskUsage()))
        firstFailure = firstFailure ?? .notStarted(error.message)
        message = message ?? error.message
        // What is wrong with one task is wrong with all that follow.
        nextTask = taskLimit
      }
    }
  }

  /// Begins to stop every task; those that wait never start.
  func stop(_ cause: AttemptOutcome) {
    guard stopCause == nil else { return }
    stopCause = cause
    record(.stopping(cause))
    nextTask = taskLimit
    if cause == .memoryLimit {
      deadlines.killAt = monotonicMs()
      killTasks()
    } else {
      for task in running {
        if isFenced, task.number != Self.preparationNumber {
          // The first process of a namespace takes no such signal from outside (pid_namespaces(7)).
          for pid in ProcessTable.descendants(of: task.pid) { _ = kill(pid, SIGTERM) }
        } else {
          _ = kill(-task.pid, SIGTERM)
          _ = kill(-task.pid, SIGCONT)
        }
      }
    }
  }

  /// Kills every descendant now; the loop sees them end.
  func killTasks() {
    for task in running { _ = kill(-task.pid, SIGKILL) }
    for pid in ProcessTable.descendants(of: getpid()) { _ = kill(pid, SIGKILL) }
  }

  /// Writes the last record, waiting for room on the disk, and leaves.
  private func finish(_ outcome: AttemptOutcome) {
    usage.droppedReports += journal.droppedReports
    record(
      .ended(
        AttemptEnd(
          outcome: outcome, exit: firstFailure ?? .exited(code: 0), message: message,
          usage: usage)))
    let patience = monotonicMs() + 3_600_000
    while !journal.flush(), monotonicMs() < patience { usleep(200_000) }
    journal.synchronize()
  }
}
