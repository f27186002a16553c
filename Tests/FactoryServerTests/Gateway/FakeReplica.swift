import Basics
import Foundation
import Glibc

@testable import Serving

/// A replica without a model, in a thread of the test: it answers with its name.
final class FakeReplica: Sendable {
  /// Says its name and how many bytes were asked.
  struct Model: ReplicaModel {
    let name: String

    func answer(_ questions: [ReplicaQuestion]) -> [ReplicaAnswer] {
      questions.map { question in
        let text = "{\"replica\":\"\(name)\",\"bytes\":\(question.body.count)}"
        return ReplicaAnswer(
          status: 200, payload: Array(text.utf8),
          identifiers: Array(PredictionID.random().rawValue.utf8.dropFirst(2)))
      }
    }
  }

  let socket: String
  private let stopping: Int32
  private let ended = DispatchSemaphore(value: 0)

  /// Listens at once; records predictions below `folder`.
  init(_ name: String, socket: String, folder: String) throws {
    self.socket = socket
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw ServingError(.socketFailed, "no pipe") }
    let reading = ends[0]
    stopping = ends[1]
    let ended = ended
    let ready = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      do {
        let segments = try SegmentWriter(
          folder: folder,
          source: SegmentSource(
            endpoint: "e", model: "m", version: 1, deployment: "dp", replica: name),
          now: { 1_700_000_000_000 })
        let loop = try ReplicaLoop(
          socketPath: socket, stopping: reading, model: Model(name: name), segments: segments)
        ready.signal()
        try loop.run()
      } catch {
        ready.signal()
      }
      close(reading)
      ended.signal()
    }
    ready.wait()
  }

  /// Lets it answer what it has, and waits until it has ended.
  func stop() async throws {
    var byte: UInt8 = 1
    _ = write(stopping, &byte, 1)
    try await offTask { [ended] in ended.wait() }
    close(stopping)
  }
}
