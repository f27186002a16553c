import CLinux
import Glibc
import JobProtocol

/// How tasks end, and what they leave behind.
extension Attempt {
  /// Takes every child that has ended: tasks, and orphans of tasks that became ours.
  func reapChildren(_ outputs: Outputs) {
    while let ended = EndedChild.next() {
      let isGood = ended.exit == .exited(code: 0)
      if accelerators?.takeEnd(of: ended.pid, isGood: isGood, now: monotonicMs()) == true {
        continue
      }
      endedCpuMs += ended.usage.cpuMs
      usage.maxRssBytes = max(usage.maxRssBytes, ended.usage.maxRssBytes)
      guard let index = running.firstIndex(where: { $0.pid == ended.pid }) else { continue }
      // What a task started in its group goes with it.
      _ = kill(-ended.pid, SIGKILL)
      drain(index, outputs)
      if running[index].number == Self.preparationNumber {
        running.remove(at: index)
        hasPrepared(ended.exit)
        continue
      }
      if ended.exit != .exited(code: 0) { firstFailure = firstFailure ?? ended.exit }
      record(.taskEnded(task: running[index].number, exit: ended.exit, usage: ended.usage))
      running.remove(at: index)
    }
  }

  /// Kills whatever the tasks left: also processes that forked twice and made sessions of their own.
  ///
  /// As a subreaper this process inherits all of them, so that none is left once it has no
  /// child; whoever escaped even that is found by its control group.
  func killEverything(_ group: ControlGroup?) {
    var pauseUs: UInt32 = 250
    while true {
      while let ended = EndedChild.next() { endedCpuMs += ended.usage.cpuMs }
      guard EndedChild.someAreAlive || group?.processes.isEmpty == false else { break }
      for pid in ProcessTable.descendants(of: getpid()) { _ = kill(pid, SIGKILL) }
      for pid in group?.processes ?? [] { _ = kill(pid, SIGKILL) }
      // One that sleeps in the kernel may take its time.
      usleep(pauseUs)
      pauseUs = min(pauseUs * 2, 100_000)
    }
    usage.cpuMs = max(usage.cpuMs, endedCpuMs)
  }

  /// Acts on deadlines that have come: time limit, end of grace, memory, sample, heartbeat.
  func keepTime(_ memory: MemoryWatch, _ outputs: Outputs, graceMs: Int64) {
    let now = monotonicMs()
    if stopCause != nil, deadlines.killAt == nil, !running.isEmpty {
      deadlines.killAt = now + max(0, graceMs)
    }
    if now >= deadlines.timeLimitAt {
      deadlines.timeLimitAt = .max
      stop(.timeLimit)
      deadlines.killAt = deadlines.killAt ?? now + max(0, graceMs)
    }
    if let killAt = deadlines.killAt, now >= killAt {
      killTasks()
      // Whatever was being forked meanwhile is met the next time.
      deadlines.killAt = now + 20
    }
    if now >= deadlines.sampleAt, stopCause == nil, access(newerAttempt, F_OK) == 0 { giveWay() }
    if now >= deadlines.memoryAt || now >= deadlines.sampleAt {
      if stopCause == nil { accelerators?.keepTime(now) }
      sample(memory, now: now)
    }
    if now >= deadlines.heartbeatAt {
      deadlines.heartbeatAt = now + Deadlines.heartbeatMs
      countOutput(outputs)
      record(.usage(usage))
    }
    if now >= deadlines.syncAt {
      deadlines.syncAt = .max
      journal.flush()
      journal.synchronize()
    }
  }

  /// Leaves the job to its next attempt, which is made when this one's node is taken for lost.
  ///
  /// Both would write the same checkpoints, so nothing is granted to what runs here.
  private func giveWay() {
    message = "a newer attempt of the job has begun"
    stop(.canceled)
    killTasks()
    deadlines.killAt = monotonicMs() + 20
  }

  private func sample(_ memory: MemoryWatch, now: Int64) {
    let tree = TreeSample.take(except: accelerators?.process)
    usage.maxRssBytes = max(usage.maxRssBytes, tree.residentBytes)
    usage.cpuMs = max(usage.cpuMs, endedCpuMs + tree.cpuMs)
    usage.accelerators = accelerators?.meter.usage
    deadlines.sampled(memory, residentBytes: tree.residentBytes, now: now)
    // Tasks that have ended and were not yet waited for use nothing: that is no measurement.
    if tree.residentBytes > 0, let busy = schedule.due(now: now, cpuMs: usage.cpuMs) {
      var sample = ResourceSample(
        busyPermille: busy, residentBytes: tree.residentBytes, cpuMs: usage.cpuMs,
        energyMicrojoules: energy.read())
      sample.accelerators = accelerators?.meter.latest(atMs: now) ?? []
      sample.acceleratorMicrojoules = usage.accelerators?.microjoules
      record(.sample(sample))
    }
    if stopCause == nil, memory.isExceeded(residentBytes: tree.residentBytes) {
      stop(.memoryLimit)
    }
  }

  func countOutput(_ outputs: Outputs) {
    usage.stdoutBytes = outputs.standardOutput.keptBytes
    usage.stderrBytes = outputs.standardError.keptBytes
    usage.droppedOutputBytes =
      outputs.standardOutput.droppedBytes + outputs.standardError.droppedBytes
  }
}

/// A child process that has ended and was waited for.
private struct EndedChild {
  var pid: Int32
  var exit: TaskExit
  var usage: TaskUsage

  /// The next one; nil when none has ended.
  static func next() -> EndedChild? {
    var (code, signal): (Int32, Int32) = (0, 0)
    var usage = TaskUsage()
    let pid = factory_reap(-1, &code, &signal, &usage.cpuMs, &usage.maxRssBytes)
    guard pid > 0 else { return nil }
    return EndedChild(
      pid: pid, exit: signal == 0 ? .exited(code: code) : .killed(signal: signal), usage: usage)
  }

  /// True while this process has children at all.
  static var someAreAlive: Bool {
    var info = siginfo_t()
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0
  }
}
