import JobProtocol
import Testing

@testable import Compute

/// How the ends of several nodes become the end of their attempt.
struct AttemptNodesTests {
  /// Nodes n1, n2, … that ended so, at these times.
  private func nodes(
    _ ends: [(AttemptOutcome, Int32, Int64)?], isKilled: Bool = false
  ) -> AttemptNodes {
    var nodes = AttemptNodes(AttemptFolder(path: "/nowhere/1/node0"), count: ends.count)
    for (index, end) in ends.enumerated() {
      let start = AgentStart(
        pid: 1, startTicks: 1, version: "1", memory: .none, cgroup: nil, host: "n\(index + 1)")
      var records = [JournalRecord(timeMs: 0, event: .started(start))]
      if let (outcome, code, timeMs) = end {
        var usage = AttemptUsage()
        (usage.cpuMs, usage.maxRssBytes) = (100, Int64(index) * 1_000)
        records.append(
          JournalRecord(
            timeMs: timeMs,
            event: .ended(
              AttemptEnd(
                outcome: outcome, exit: isKilled ? .killed(signal: code) : .exited(code: code),
                usage: usage))))
      }
      nodes.take(AttemptNews(records, journalOffset: 0), of: index)
    }
    return nodes
  }

  @Test func `an attempt has ended with its last node`() {
    #expect(nodes([(.succeeded, 0, 5), nil]).end == nil)
    let end = nodes([(.succeeded, 0, 5), (.succeeded, 0, 9)]).end
    #expect(end?.outcome == .succeeded)
    #expect(end?.message == nil)
    #expect(end?.usage.cpuMs == 200)
    #expect(end?.usage.maxRssBytes == 1_000)
  }

  @Test func `the first node that failed by itself is named`() {
    let end = nodes([(.peerEnded, 0, 1), (.failed, 4, 9), (.failed, 3, 8)]).end
    #expect(end?.outcome == .failed)
    #expect(end?.exit == .exited(code: 3))
    #expect(end?.message == "node 2 (n3) failed")
  }

  @Test func `a limit comes before the failures that it causes`() {
    #expect(nodes([(.failed, 1, 1), (.timeLimit, 0, 2)]).end?.outcome == .timeLimit)
    let memory = nodes([(.failed, 1, 1), (.memoryLimit, 0, 2)]).end
    #expect(memory?.message == "node 1 (n2) took too much memory")
    #expect(nodes([(.canceled, 0, 2), (.failed, 1, 1)]).end?.outcome == .canceled)
  }

  @Test func `a node that ended badly says more than the engine, and a silent one is named`() {
    let lost = JobStore.Ending(reason: .lostAgent, message: "Slurm's job 7: FAILED")
    let known = nodes([nil, (.failed, 6, 3)]).ending(lost)
    #expect(known.reason == .failed)
    #expect(known.exit == .exited(code: 6))
    let silent = nodes([(.canceled, 0, 3), nil]).ending(lost)
    #expect(silent.reason == .lostAgent)
    #expect(
      silent.message == "the agent on node 1 (n2) died without a word; Slurm's job 7: FAILED")
    #expect(
      nodes([nil, nil]).ending(lost).message?.hasPrefix("2 agents, first the one on node 0 (n1)")
        == true)
    // The engine kills tasks elsewhere when an agent died, and their agents may still tell of it.
    for signal: Int32 in [9, 15] {
      let killed = nodes([(.failed, signal, 3), nil], isKilled: true).ending(lost)
      #expect(killed.reason == .lostAgent)
      #expect(killed.message == silent.message)
    }
    let crashed = nodes([(.failed, 11, 3), nil], isKilled: true).ending(lost)
    #expect(crashed.reason == .failed)
    let node = JobStore.Ending(reason: .lostNode, message: "NODE_FAIL")
    #expect(nodes([nil, (.failed, 6, 3)]).ending(node).reason == .lostNode)
  }
}
