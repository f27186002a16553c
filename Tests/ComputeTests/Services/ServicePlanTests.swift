import Basics
import JobProtocol
import Testing

@testable import Compute

struct ServicePlanTests {
  private typealias Instance = ServicePlan.Instance

  private static let jobs = (1...9).map { Identifier<Job>.derived(from: "job", "\($0)") }
  private let service = JobService(name: "web")

  /// A job that began at 0 and may run for 100 s.
  private func running(
    _ number: Int, startedAtMs: Int64 = 0, limitMs: Int64? = 100_000, isUp: Bool = true
  ) -> Instance {
    var instance = Instance(job: Self.jobs[number - 1], number: number, state: .running)
    instance.startedAtMs = startedAtMs
    instance.endsAtMs = limitMs.map { startedAtMs + $0 }
    instance.isReachable = isUp
    instance.listeningSinceMs = isUp ? startedAtMs + 1_000 : nil
    return instance
  }

  private func ended(
    _ number: Int, _ reason: JobReason, atMs: Int64, upSinceMs: Int64? = nil
  ) -> Instance {
    Instance(
      job: Self.jobs[number - 1], number: number, state: .ended, reason: reason, startedAtMs: 0,
      endedAtMs: atMs, listeningSinceMs: upSinceMs)
  }

  private func steps(
    _ instances: [Instance], at nowMs: Int64, wanted: Bool = true, _ service: JobService? = nil
  ) -> [ServicePlan.Step] {
    ServicePlan.steps(
      for: instances, of: service ?? self.service, isWanted: wanted, nowMs: nowMs)
  }

  @Test func `the next job is submitted a quarter of the limit before the end, once`() {
    #expect(steps([running(1)], at: 74_999) == [])
    #expect(steps([running(1)], at: 75_000) == [.submit(number: 2)])
    let next = Instance(job: Self.jobs[1], number: 2)
    #expect(steps([running(1), next], at: 80_000) == [])
  }

  @Test func `the time before the limit can be chosen, and without a limit there is no next job`() {
    var early = service
    early.renewBeforeMs = 90_000
    #expect(steps([running(1)], at: 10_000, early) == [.submit(number: 2)])
    #expect(steps([running(1, limitMs: nil)], at: 1 << 50) == [])
  }

  @Test func `the newest that answers has the requests, and the one before it drains`() {
    let (old, new) = (running(1), running(2, startedAtMs: 80_000, isUp: false))
    #expect(ServicePlan.serving([old, new]) == old)
    #expect(steps([old, new], at: 90_000) == [])

    let up = running(2, startedAtMs: 80_000)
    #expect(ServicePlan.serving([old, up]) == up)
    var busy = old
    (busy.openRequests, busy.drainingSinceMs) = (1, 90_000)
    #expect(steps([busy, up], at: 119_999) == [])
    #expect(steps([busy, up], at: 120_000) == [.stop(old.job)])
    #expect(steps([old, up], at: 90_000) == [.stop(old.job)])
    var stopping = old
    stopping.state = .stopping
    #expect(steps([stopping, up], at: 120_000) == [])
  }

  @Test func `one that was replaced serves again where the new one has gone, and is renewed`() {
    let (old, new) = (running(1), ended(2, .lostNode, atMs: 85_000, upSinceMs: 82_000))
    #expect(ServicePlan.serving([old, new]) == old)
    #expect(steps([old, new], at: 85_500) == [], "a pause of a second")
    #expect(steps([old, new], at: 86_000) == [.submit(number: 3)])
  }

  @Test func `after a time limit the next follows at once, as no trouble`() {
    let limit = ended(1, .timeLimit, atMs: 100_000, upSinceMs: 1_000)
    #expect(steps([limit], at: 100_000) == [.submit(number: 2)])
    var never = service
    never.restart = JobRestart(on: [], atMost: 0)
    #expect(steps([limit], at: 100_000, never) == [.submit(number: 2)])
  }

  @Test(arguments: [JobReason.failed, .succeeded, .launchFailed, .memoryLimit])
  func `what never answered is a mistake, and what did is started again`(reason: JobReason) {
    #expect(steps([ended(1, reason, atMs: 5_000)], at: 5_000) == [.giveUp])
    let answered = ended(1, reason, atMs: 5_000, upSinceMs: 1_000)
    #expect(steps([answered], at: 5_999) == [])
    #expect(steps([answered], at: 6_000) == [.submit(number: 2)])
    #expect(
      steps([answered, ended(2, reason, atMs: 9_000)], at: 11_000) == [.submit(number: 3)],
      "it has answered before")
  }

  @Test func `pauses grow, until one lasts or there were too many`() {
    var failures = (1...5).map {
      ended($0, .failed, atMs: Int64($0) * 1_000, upSinceMs: Int64($0) * 1_000 - 500)
    }
    #expect(ServicePlan.failures(failures) == 5)
    #expect(steps(failures, at: 5_000 + 15_999) == [])
    #expect(steps(failures, at: 5_000 + 16_000) == [.submit(number: 6)])
    failures.append(ended(6, .failed, atMs: 30_000, upSinceMs: 29_000))
    #expect(steps(failures, at: .max) == [.giveUp])
    failures[5].endedAtMs = 29_000 + ServicePlan.lastingMs
    #expect(ServicePlan.failures(failures) == 0)
    #expect(steps(failures, at: failures[5].endedAtMs ?? 0) == [.submit(number: 7)])
    #expect((1...12).map { ServicePlan.pauseMs(failures: $0) }.max() == 60_000)
  }

  @Test func `a lost node counts where the restart says so`() {
    var service = service
    service.restart = JobRestart(on: [.preemption])
    let lost = ended(1, .lostNode, atMs: 5_000, upSinceMs: 1_000)
    #expect(steps([lost], at: 10_000, service) == [.giveUp])
    #expect(
      steps([ended(1, .preempted, atMs: 5_000, upSinceMs: 1_000)], at: 10_000, service)
        == [.submit(number: 2)])
  }

  @Test func `a successor that fails is tried again while the old one serves, which stays`() {
    let failures = (2...7).map { ended($0, .failed, atMs: 80_000) }
    #expect(steps([running(1)] + failures.prefix(1), at: 81_000) == [.submit(number: 3)])
    #expect(steps([running(1)] + failures, at: 99_000) == [], "too many, but one is up")
    #expect(
      steps([ended(1, .timeLimit, atMs: 100_000, upSinceMs: 1_000)] + failures, at: 100_000)
        == [.giveUp])
  }

  @Test func `one that somebody canceled at its site is not followed`() {
    #expect(
      steps([ended(1, .canceledByUser, atMs: 5_000, upSinceMs: 1_000)], at: .max) == [.giveUp])
  }

  @Test func `one whose dependency failed is not followed`() {
    #expect(steps([ended(1, .dependencyFailed, atMs: 5_000)], at: .max) == [.giveUp])
  }

  @Test func `a service that is not wanted ends with its last job`() {
    var stopping = running(2, isUp: false)
    stopping.state = .stopping
    #expect(steps([running(1), stopping], at: 0, wanted: false) == [.stop(Self.jobs[0])])
    #expect(steps([stopping], at: 0, wanted: false) == [])
    #expect(
      steps([ended(1, .canceledByUser, atMs: 1)], at: 2, wanted: false) == [.finish])
  }
}
