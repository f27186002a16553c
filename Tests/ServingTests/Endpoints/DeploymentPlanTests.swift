import Testing

@testable import Serving

struct DeploymentPlanTests {
  private func next(
    _ state: Deployment.State, _ active: [Replica.State], due: Int? = nil, failures: Int = 0,
    isBackOffOver: Bool = true, isAcknowledged: Bool = true
  ) -> DeploymentPlan {
    DeploymentPlan.next(
      state: state,
      active: active.enumerated().map { .init(state: $1, isDue: $0 == due) }, failures: failures,
      isBackOffOver: isBackOffOver,
      isAcknowledged: isAcknowledged)
  }

  @Test func `a new deployment is promoted once its replica is healthy`() {
    #expect(next(.starting, []) == .startReplica)
    #expect(next(.starting, [.starting]) == .wait)
    #expect(next(.starting, [.healthy]) == .promote)
  }

  @Test func `a deployment that never becomes healthy is given up`() {
    #expect(next(.starting, [], failures: 1) == .startReplica)
    #expect(next(.starting, [], failures: 1, isBackOffOver: false) == .wait)
    #expect(next(.starting, [], failures: 2) == .fail)
  }

  @Test func `a live deployment gets a new replica when the back-off is over`() {
    #expect(next(.live, [], failures: 3, isBackOffOver: false) == .wait)
    #expect(next(.live, [], failures: 3) == .startReplica)
    #expect(next(.live, [.starting]) == .wait)
  }

  @Test func `a replica whose limit is near is followed, and ends once the gateway has left it`() {
    #expect(next(.live, [.healthy]) == .wait)
    #expect(next(.live, [.healthy], due: 0) == .startReplica)
    #expect(next(.live, [.healthy], due: 0, failures: 3, isBackOffOver: false) == .wait)
    #expect(next(.live, [.starting, .healthy], due: 1) == .wait, "the next one waits for a place")
    #expect(next(.live, [.healthy, .healthy], due: 1, isAcknowledged: false) == .wait)
    #expect(next(.live, [.healthy, .healthy], due: 1) == .stopReplicas(1))
    #expect(next(.live, [.healthy, .healthy, .starting]) == .stopReplicas(2))
  }

  @Test func `a successor is due when a quarter of the limit is left`() {
    func isDue(_ nowMs: Int64, _ startedAtMs: Int64? = 1_000, _ limitMs: Int64? = 400) -> Bool {
      DeploymentPlan.isDue(startedAtMs: startedAtMs, limitMs: limitMs, nowMs: nowMs)
    }
    #expect(!isDue(1_299))
    #expect(isDue(1_300))
    #expect(!isDue(1_000_000, nil) && !isDue(1_000_000, 1_000, nil))
  }

  @Test func `an old replica ends after the gateway has left it`() {
    #expect(next(.draining, [.healthy], isAcknowledged: false) == .wait)
    #expect(next(.draining, [.healthy, .starting]) == .stopReplicas(2))
    #expect(next(.draining, []) == .finish)
  }

  @Test func `what has ended keeps no replica`() {
    #expect(next(.ended, [.healthy]) == .stopReplicas(1))
    #expect(next(.ended, []) == .wait)
  }

  @Test func `the back-off doubles up to half a minute`() {
    #expect(
      (0...8).map { DeploymentPlan.backOffMs(failures: $0) }
        == [0, 0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000])
  }
}
