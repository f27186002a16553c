import Experimentation
import Foundation
import JobProtocol
import Optimization

/// What people see of a search while it runs.
extension TreeSearch {
  /// Share, best value, throughput and time left after a trial.
  func progress(_ state: SearchState, told: TrialReport, begunMs: Int64) -> TaskReport {
    let nowMs = clock.nowMs()
    let done = Double(state.trialCount)
    let seconds = max(Double(nowMs - begunMs) / 1000, 0.001)
    var shares: [Double] = []
    var left: [Double] = []
    if let most = request.trials {
      shares.append(done / Double(max(most, 1)))
      left.append(seconds / done * (Double(most) - done))
    }
    if let deadlineMs {
      shares.append(Double(nowMs - begunMs) / Double(max(deadlineMs - begunMs, 1)))
      left.append(Double(deadlineMs - nowMs) / 1000)
    }
    var words = "trial \(told.number) \(told.outcome.rawValue)"
    if let best = state.study.best, let value = best.value {
      words += ", best \(problem.metric.rawValue) \(String(format: "%.5g", value))"
      words += " (trial \(best.number))"
    }
    if let expected = state.verdict?.outlook?.expected {
      words += String(format: ", %.2g to be gained", expected)
    }
    words += String(format: ", %.1f trials/s", done / seconds)
    if let left = left.min() { words += String(format: ", %.0f s left", max(left, 0)) }
    return .progress(
      phase: "search", share: shares.max().map { min(max($0, 0), 1) }, message: words)
  }
}
