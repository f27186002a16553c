import Testing

@testable import Serving

struct DeploymentPlanTests {
  private func next(
    _ state: Deployment.State, _ active: [Replica.State], failures: Int = 0,
    isBackOffOver: Bool = true, isAcknowledged: Bool = true
  ) -> DeploymentPlan {
    DeploymentPlan.next(
      state: state, active: active, failures: failures, isBackOffOver: isBackOffOver,
      isAcknowledged: isAcknowledged)
  }

  @Test func `a new deployment is promoted once its replica is healthy`() {
    #expect(next(.starting, []) == .startReplica)
    #expect(next(.starting, [.starting]) == .wait)
    #expect(next(.starting, [.healthy]) == .promote)
  }

  @Test func `a deployment that never becomes healthy is given up`() {
    #expect(next(.starting, [], failures: 1) == .startReplica)
    #expect(next(.starting, [], failures: 2) == .fail)
  }

  @Test func `a live deployment gets a new replica when the back-off is over`() {
    #expect(next(.live, [], failures: 3, isBackOffOver: false) == .wait)
    #expect(next(.live, [], failures: 3) == .startReplica)
    #expect(next(.live, [.starting]) == .wait)
  }

  @Test func `an old replica ends after the gateway has left it`() {
    #expect(next(.draining, [.healthy], isAcknowledged: false) == .wait)
    #expect(next(.draining, [.healthy]) == .stopReplicas)
    #expect(next(.draining, []) == .finish)
  }

  @Test func `what has ended keeps no replica`() {
    #expect(next(.ended, [.healthy]) == .stopReplicas)
    #expect(next(.ended, []) == .wait)
  }

  @Test func `the back-off doubles up to half a minute`() {
    #expect(
      (0...8).map { DeploymentPlan.backOffMs(failures: $0) }
        == [0, 0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000])
  }
}
