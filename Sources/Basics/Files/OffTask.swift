import Dispatch

/// Runs blocking work on a thread of its own kind, so that no thread of Swift's tasks waits for a disk.
///
/// The work runs to its end even when the task is canceled.
public func offTask<Value: Sendable>(
  _ work: @escaping @Sendable () throws -> Value
) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue.global().async {
      continuation.resume(with: Result(catching: work))
    }
  }
}
