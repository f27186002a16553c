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

  let address: ReplicaAddress
  /// Path of its Unix socket, if it has one.
  var socket: String { if case .socket(let path) = address { path } else { "" } }
  private let stopping: Int32
  private let ended = DispatchSemaphore(value: 0)

  /// Listens at a Unix socket at once; records predictions below `folder`.
  convenience init(_ name: String, socket: String, folder: String) throws {
    try self.init(
      name, at: .socket(path: socket), listener: .socket(at: socket), folder: folder)
  }

  /// Listens at a port of this machine that is free, for those who know the secret.
  convenience init(_ name: String, secret: String, folder: String) throws {
    let listener = try ReplicaListener.port(of: [
      "AIFACTORY_SERVICE_HOST": "127.0.0.1", "AIFACTORY_SERVICE_PORT": "0",
      "AIFACTORY_SERVICE_SECRET": secret,
    ])
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(listener.descriptor, $0, &size)
      }
    }
    let node = ReplicaNode(
      host: "127.0.0.1", port: Int(UInt16(bigEndian: address.sin_port)), secret: secret)
    try self.init(name, at: .node(node), listener: listener, folder: folder)
  }

  private init(
    _ name: String, at address: ReplicaAddress, listener: ReplicaListener, folder: String
  ) throws {
    self.address = address
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
        let loop = ReplicaLoop(
          listener: listener, stopping: reading, model: Model(name: name), segments: segments)
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
