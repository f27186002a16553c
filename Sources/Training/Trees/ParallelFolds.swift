import Dispatch
import Synchronization

/// Runs the same work on every fold, several at a time.
///
/// Threads of Dispatch and not tasks: engines block the thread they run on for seconds. Which
/// thread takes which fold changes nothing: folds share no state.
struct ParallelFolds: Sendable {
  let folds: [TreeFold]
  /// Folds at a time.
  let width: Int

  /// Returns when the work is done for all folds; throws the error of the first fold that has one.
  func run(_ work: @Sendable (TreeFold) throws -> Void) throws {
    guard width > 1, folds.count > 1 else {
      for fold in folds { try work(fold) }
      return
    }
    let failures = Mutex<[Int: any Error]>([:])
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(width, folds.count)) { _ in
      while true {
        let place = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard place < folds.count else { return }
        do {
          try work(folds[place])
        } catch {
          failures.withLock { $0[place] = error }
        }
      }
    }
    let failed = failures.withLock { $0 }
    if let first = failed.keys.min(), let error = failed[first] { throw error }
  }
}
