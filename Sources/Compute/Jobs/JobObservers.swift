import Basics

/// Those who wait for changes of jobs.
struct JobObservers {
  private struct Observer {
    var continuation: AsyncStream<Job>.Continuation
    /// The newest revision that was handed over.
    var revision: Int64 = 0
  }

  private var observers: [Identifier<Job>: [Int: Observer]] = [:]
  private var nextToken = 0

  mutating func add(
    _ id: Identifier<Job>, _ continuation: AsyncStream<Job>.Continuation
  ) -> Int {
    nextToken += 1
    observers[id, default: [:]][nextToken] = Observer(continuation: continuation)
    return nextToken
  }

  mutating func remove(_ id: Identifier<Job>, _ token: Int) {
    observers[id]?[token] = nil
    if observers[id]?.isEmpty == true { observers[id] = nil }
  }

  /// Hands a job to those who know only older revisions, and ends their streams after its end.
  mutating func tell(_ job: Job) {
    for (token, observer) in observers[job.id] ?? [:] where observer.revision < job.revision {
      observers[job.id]?[token]?.revision = job.revision
      observer.continuation.yield(job)
      if job.hasEnded { observer.continuation.finish() }
    }
    if job.hasEnded { observers[job.id] = nil }
  }

  /// Ends the streams of one job, or of all.
  mutating func finish(_ id: Identifier<Job>? = nil) {
    for (job, group) in observers where id == nil || job == id {
      for observer in group.values { observer.continuation.finish() }
      observers[job] = nil
    }
  }
}
