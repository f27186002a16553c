public import Basics
import Foundation
import JobProtocol

/// Watching jobs.
extension Jobs {
  /// Which of a job's two outputs.
  public enum OutputStream: String, Sendable, CaseIterable { case stdout, stderr }

  /// The job as it is and after every change, newest only.
  ///
  /// The stream ends after the job's end, and with the reconciler.
  public func updates(of id: Identifier<Job>) -> AsyncStream<Job> {
    let (stream, continuation) = AsyncStream<Job>.makeStream(bufferingPolicy: .bufferingNewest(1))
    guard !hasStopped else {
      continuation.finish()
      return stream
    }
    let token = observers.add(id, continuation)
    continuation.onTermination = { [weak self] reason in
      guard case .cancelled = reason else { return }
      Task { await self?.forget(id, token) }
    }
    Task {
      do {
        observers.tell(try await job(id))
      } catch {
        observers.finish(id)
      }
    }
    return stream
  }

  private func forget(_ id: Identifier<Job>, _ token: Int) { observers.remove(id, token) }

  /// Waits until the job has ended; canceling the caller's task ends the wait, not the job.
  public func waitForEnd(_ id: Identifier<Job>) async throws -> Job {
    for await job in updates(of: id) where job.hasEnded { return job }
    try Task.checkCancellation()
    // Nobody tells of a job that is not there, nor of any once the factory stops.
    let last = try await job(id)
    if last.hasEnded { return last }
    throw JobError(
      .stopped, "the factory stops while job \(id) goes on",
      hint: "Start it again; the job is taken up where it is.")
  }

  /// Waits until the job has ended, or for some time; the job as it is then.
  public func waitForEnd(_ id: Identifier<Job>, atMostMs: Int64) async throws -> Job {
    guard atMostMs > 0 else { return try await job(id) }
    return try await withThrowingTaskGroup(of: Job?.self) { group in
      group.addTask { try await self.waitForEnd(id) }
      group.addTask {
        try await Task.sleep(for: .milliseconds(atMostMs))
        return nil
      }
      defer { group.cancelAll() }
      if let ended = try await group.next() ?? nil { return ended }
      return try await self.job(id)
    }
  }

  /// Bytes of an attempt's output from `offset` on, at most `limit`; empty where there are none.
  ///
  /// - Parameters:
  ///   - attempt: from 1; nil is the last one.
  ///   - node: from 0, of a job on several nodes.
  public func output(
    _ id: Identifier<Job>, stream: OutputStream, from offset: Int64, limit: Int,
    attempt: Int? = nil, node: Int = 0
  ) async throws -> (bytes: [UInt8], nextOffset: Int64) {
    let job = try await job(id)
    let number = attempt ?? job.attempt
    guard attempt == nil || (1...max(1, job.attempt)).contains(number) else {
      throw JobError(
        .attemptUnknown, "job \(id) has no attempt \(number)",
        hint: job.attempt > 1
          ? "Its attempts are 1...\(job.attempt)." : "It has had \(job.attempt) so far.")
    }
    guard (0..<job.spec.nodeCount).contains(node) else {
      throw JobError(
        .nodeUnknown, "job \(id) has no node \(node)",
        hint: "Its nodes are 0...\(job.spec.nodeCount - 1).")
    }
    let folder = job.folder(ofAttempt: number).ofNode(node)
    let path = stream == .stdout ? folder.standardOutput : folder.standardError
    guard offset >= 0, limit > 0, let file = FileHandle(forReadingAtPath: path) else {
      return ([], max(0, offset))
    }
    defer { try? file.close() }  // Nothing was written that closing could lose.
    // Further than any file reaches, the system would refuse to go.
    guard try file.seekToEnd() > UInt64(offset) else { return ([], offset) }
    try file.seek(toOffset: UInt64(offset))
    let bytes = try file.read(upToCount: min(limit, 16 << 20)).map { Array($0) } ?? []
    return (bytes, offset + Int64(bytes.count))
  }
}
