import Hummingbird
import NIOCore
import Synchronization

/// The body of a request that is handed on while it comes.
///
/// Who reads the rest of a request that was answered early is the server; two must never read at once. So
/// whoever has handed it on closes it when the answer is written.
final class RequestUpload: AsyncSequence, Sendable {
  typealias Element = ByteBuffer

  private struct State {
    var isClosed = false
    var isReading = false
    var closer: CheckedContinuation<Void, Never>?
  }

  private let body: RequestBody
  private let state = Mutex(State())

  init(_ body: RequestBody) { self.body = body }

  /// Returns once nobody reads any more; whoever asks from now on is told that it is over.
  func close() async {
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        state.isClosed = true
        if state.isReading { state.closer = continuation }
        return !state.isReading
      }
      if isIdle { continuation.resume() }
    }
  }

  func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(parts: body.makeAsyncIterator(), upload: self)
  }

  /// Gives the parts as they come.
  struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate var parts: RequestBody.AsyncIterator
    fileprivate let upload: RequestUpload

    /// The next part; nil at the end, and after the upload was closed.
    @concurrent mutating func next() async throws -> ByteBuffer? {
      guard upload.begin() else { return nil }
      defer { upload.end() }
      return try await parts.next()
    }
  }

  private func begin() -> Bool {
    state.withLock { state in
      guard !state.isClosed else { return false }
      state.isReading = true
      return true
    }
  }

  private func end() {
    let closer = state.withLock { state in
      state.isReading = false
      return state.closer.take()
    }
    closer?.resume()
  }
}
