import Basics
import Glibc

/// Serves one model, or one study, over a Unix socket, in one thread.
///
/// Each turn takes every question that has arrived, on all connections, answers them as one batch,
/// appends their predictions to the segment, and sends the answers: the more wait, the fewer system
/// calls and engine calls each costs.
final class ReplicaLoop {
  private let listener: Int32
  private let socketPath: String
  private let stopping: Int32
  private var model: any ReplicaModel
  private let segments: SegmentWriter?
  private let drainMs: Int64
  private let idleMs: Int32
  /// With nothing asked for so long, a replica that is to end has drained.
  private static let quietMs: Int32 = 100
  private var connections: [ReplicaConnection] = []

  /// - Parameters:
  ///   - stopping: a descriptor that becomes readable when the replica shall end.
  ///   - segments: where predictions are recorded; nil for what makes none.
  ///   - drainMs: how long it then goes on answering those that are connected.
  ///   - idleMs: how long nobody may ask before it ends by itself; -1 is forever.
  init(
    socketPath: String, stopping: Int32, model: any ReplicaModel, segments: SegmentWriter?,
    drainMs: Int64 = 3_000, idleMs: Int32 = -1
  ) throws(ServingError) {
    listener = try ReplicaSocket.listen(at: socketPath)
    self.socketPath = socketPath
    self.stopping = stopping
    self.model = model
    self.segments = segments
    self.drainMs = drainMs
    self.idleMs = idleMs
  }

  deinit {
    close(listener)
    for connection in connections { close(connection.descriptor) }
  }

  /// Answers until it is told to stop and nobody has asked for a moment (or `drainMs` passed).
  ///
  /// What is asked later finds the connection closed, and the gateway asks another replica.
  ///
  /// - Throws: when predictions can no longer be recorded, or the model can answer no more.
  func run() throws {
    let size = 1 << 18
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { buffer.deallocate() }
    var deadline: Int64?
    while true {
      if let deadline {
        let isIdle = connections.isEmpty
        guard !isIdle, Self.monotonicMs() < deadline else { break }
      }
      var polled = self.polled(accepts: deadline == nil)
      let count = poll(&polled, nfds_t(polled.count), deadline == nil ? idleMs : Self.quietMs)
      if count == 0 { break }
      guard count > 0 else { continue }
      if deadline == nil {
        if polled[1].revents & Int16(POLLIN) != 0 {
          deadline = Self.monotonicMs() + drainMs
          unlink(socketPath)
        }
        if polled[0].revents & Int16(POLLIN) != 0 { accept() }
      }
      if polled[2].revents != 0 {
        throw ServingError(
          .modelUnusable, "The process that held the model has ended.",
          hint: "The lines above say more; out of memory, it was killed without a word.")
      }
      for (index, entry) in polled.dropFirst(3).enumerated() where entry.revents != 0 {
        if entry.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 {
          connections[index].receive(buffer)
        }
      }
      try answer()
      for index in connections.indices where connections[index].hasOutput {
        connections[index].send()
      }
      dropFinished()
    }
    if deadline == nil { unlink(socketPath) }
    segments?.synchronize()
  }

  private func polled(accepts: Bool) -> [pollfd] {
    var polled = [
      pollfd(fd: accepts ? listener : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: accepts ? stopping : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: model.failure ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    for connection in connections {
      let events = (connection.isReadable ? POLLIN : 0) | (connection.hasOutput ? POLLOUT : 0)
      polled.append(pollfd(fd: connection.descriptor, events: Int16(events), revents: 0))
    }
    return polled
  }

  private func accept() {
    while true {
      let descriptor = Glibc.accept(listener, nil, nil)
      guard descriptor >= 0 else { return }
      // Reads and writes name MSG_DONTWAIT; a child must not keep the connection open.
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      connections.append(ReplicaConnection(descriptor: descriptor))
    }
  }

  /// Answers everything that has arrived; predictions are recorded before their answers leave.
  private func answer() throws {
    for index in connections.indices {
      try connections[index].answerWaiting { questions in
        let answers = try model.answer(questions)
        for (question, answer) in zip(questions, answers) where !answer.identifiers.isEmpty {
          segments?.append(body: question.body, identifiers: answer.identifiers)
        }
        try segments?.commit()
        return answers
      }
    }
  }

  private func dropFinished() {
    connections.removeAll { connection in
      let isOver = connection.isBroken || (connection.isFinished && !connection.hasOutput)
      if isOver { close(connection.descriptor) }
      return isOver
    }
  }

  private static func monotonicMs() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}
