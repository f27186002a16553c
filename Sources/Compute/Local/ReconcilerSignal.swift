import Synchronization

/// What happened since the reconciler last looked; repetitions fold into one.
final class ReconcilerSignal: Sendable {
  struct News: Sendable {
    /// Attempts whose journal has grown.
    var changed: Set<AttemptKey> = []
    /// Attempts whose agent has ended.
    var exited: Set<AttemptKey> = []
    /// What the engines of other sites say of attempts, where that is new.
    var observed: [AttemptKey: SiteObservation] = [:]
    /// Jobs and arrays that have ended and for which others still wait.
    var settled: Set<String> = []
    /// True when jobs may have to start.
    var mayPlace = false
  }

  private let news = Mutex(News())
  private let continuation: AsyncStream<Void>.Continuation
  /// One element for any number of news.
  let wakes: AsyncStream<Void>

  init() {
    (wakes, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func add(_ change: (inout News) -> Void) {
    news.withLock { change(&$0) }
    continuation.yield()
  }

  func take() -> News {
    news.withLock { news in
      defer { news = News() }
      return news
    }
  }

  /// True when jobs may have to start, which the step under way can do at once.
  func takeMayPlace() -> Bool {
    news.withLock { news in
      defer { news.mayPlace = false }
      return news.mayPlace
    }
  }

  /// Ends the stream of wakes.
  func finish() { continuation.finish() }
}
