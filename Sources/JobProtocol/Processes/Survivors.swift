import Glibc

/// Ends every process of an attempt whose agent is gone.
public enum Survivors {
  /// Name of the variable that marks the processes of an attempt.
  public static let markerVariable = "AIFACTORY_MARKER"

  /// Kills marked processes until none is left, or `rounds` are over; returns how many were seen.
  ///
  /// A process that forks while it is looked for is met in the next round: what is stopped first
  /// cannot fork.
  @discardableResult
  public static func kill(marker: String, rounds: Int = 50) -> Int {
    var seen: Set<Int32> = []
    for round in 0..<rounds {
      let pids = ProcessTable.marked(markerVariable, marker)
        .filter { ProcessStatus(of: $0)?.isZombie == false }
      if pids.isEmpty { break }
      for pid in pids { _ = Glibc.kill(pid, SIGSTOP) }
      for pid in pids { _ = Glibc.kill(pid, SIGKILL) }
      seen.formUnion(pids)
      if round > 0 { usleep(2_000) }
    }
    return seen.count
  }
}
