import Compute
import Testing

struct JobStateMachineTests {
  private func running() -> JobStateMachine {
    var machine = JobStateMachine()
    #expect(machine.placeGranted() == .launch)
    return machine
  }

  @Test func `a queued job that is canceled never starts`() {
    var machine = JobStateMachine()
    #expect(machine.cancelRequested() == .settle(.canceledByUser))
    #expect(machine.state == .ended)
    #expect(machine.placeGranted() == .none)
    #expect(machine.attempt == 0)
  }

  @Test func `a running job that is canceled stops first`() {
    var machine = running()
    #expect(machine.cancelRequested() == .stopAgent)
    #expect(machine.state == .stopping)
    #expect(machine.attemptEnded(1, outcome: .canceledByUser) == .settle(.canceledByUser))
  }

  @Test func `a job that ended by itself while it was canceled keeps its own reason`() {
    var machine = running()
    _ = machine.cancelRequested()
    #expect(machine.attemptEnded(1, outcome: .succeeded) == .settle(.succeeded))
  }

  @Test func `news of an older attempt change nothing`() {
    var machine = running()
    _ = machine.attemptEnded(1, outcome: .lostAgent)
    #expect(machine.retryRequested() == .enqueue)
    #expect(machine.placeGranted() == .launch)
    let before = machine
    #expect(machine.attemptEnded(1, outcome: .succeeded) == .none)
    #expect(machine == before)
    #expect(machine.attempt == 2)
  }

  @Test func `only a job that ended can be retried, and then its reason is gone`() {
    var machine = running()
    #expect(machine.retryRequested() == .none)
    _ = machine.attemptEnded(1, outcome: .failed)
    #expect(machine.retryRequested() == .enqueue)
    #expect(machine.reason == nil)
  }

  @Test func `an end that is worth another attempt puts the job back in the queue`() {
    var machine = running()
    #expect(machine.attemptEnded(1, outcome: .timeLimit, isRestarted: true) == .enqueue)
    #expect(machine.state == .queued)
    #expect(machine.reason == nil)
    #expect(machine.placeGranted() == .launch)
    #expect(machine.attempt == 2)
  }

  @Test func `a job that waits in the queue of its site is restarted, too`() {
    var machine = JobStateMachine()
    #expect(machine.handedOver() == .launch)
    #expect(machine.attemptEnded(1, outcome: .lostNode, isRestarted: true) == .enqueue)
    #expect(machine.handedOver() == .launch)
    #expect(machine.attempt == 2)
  }

  @Test func `a job that is being stopped has no other attempt`() {
    var machine = running()
    _ = machine.cancelRequested()
    #expect(
      machine.attemptEnded(1, outcome: .preempted, isRestarted: true) == .settle(.preempted))
    #expect(machine.state == .ended)
  }

  @Test func `an end is told once`() {
    var machine = running()
    _ = machine.attemptEnded(1, outcome: .failed)
    #expect(machine.attemptEnded(1, outcome: .succeeded) == .none)
    #expect(machine.reason == .failed)
    #expect(machine.cancelRequested() == .none)
  }

  @Test func `a job that is held starts nowhere until it is released`() {
    var machine = JobStateMachine(isHeld: true)
    #expect(machine.placeGranted() == .none)
    #expect(machine.handedOver() == .none)
    #expect(machine.released() == .enqueue)
    #expect(machine.released() == .none)
    #expect(machine.dependencyFailed() == .none, "nothing is waited for any more")
    #expect(machine.placeGranted() == .launch)
  }

  @Test func `a job that is held ends without an attempt, and is held again by a retry`() {
    var machine = JobStateMachine(isHeld: true)
    #expect(machine.dependencyFailed() == .settle(.dependencyFailed))
    #expect(machine.attempt == 0 && !machine.isHeld)
    #expect(machine.retryRequested(isHeld: true) == .enqueue)
    #expect(machine.placeGranted() == .none)
    #expect(machine.cancelRequested() == .settle(.canceledByUser))
    #expect(!machine.isHeld)
  }
}
