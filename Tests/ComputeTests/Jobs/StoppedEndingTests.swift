import Glibc
import JobProtocol
import Testing

@testable import Compute

struct StoppedEndingTests {
  @Test func `a task that was told to end with its agent is canceled, and no other`() {
    let told = JobStore.Ending(reason: .failed, exit: .killed(signal: SIGTERM))
    #expect(told.ofStopped.reason == .canceledByUser)
    let crashed = JobStore.Ending(reason: .failed, exit: .killed(signal: SIGSEGV))
    #expect(crashed.ofStopped.reason == .failed)
    let ended = JobStore.Ending(reason: .failed, exit: .exited(code: 3))
    #expect(ended.ofStopped.reason == .failed)
    let lost = JobStore.Ending(reason: .lostNode, exit: .killed(signal: SIGTERM))
    #expect(lost.ofStopped.reason == .lostNode)
  }
}
