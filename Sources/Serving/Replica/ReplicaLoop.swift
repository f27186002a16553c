import Basics
import Glibc

/// Serves one model, or one study, over a socket, in one thread.
///
/// Each turn takes every question that has arrived, on all connections, answers them as one batch,
/// appends their predictions to the segment, and sends the answers: the more wait, the fewer system
/// calls and engine calls each costs.
final class ReplicaLoop {
  private let listener: ReplicaListener
  private let stopping: Int32
  private var model: any ReplicaModel
  private let segments: SegmentWriter?
  private let drainMs: Int64
  private let idleMs: Int32
  /// With nothing asked for so long, a replica that is to end has drained.
  private static let quietMs: Int32 = 100
  private var connections: [ReplicaConnection] = []

  /// Most connections that have not said the secret yet.
  private static let strangerLimit = 32

  /// - Parameters:
  ///   - listener: is closed with the loop.
  ///   - stopping: a descriptor that becomes readable when the replica shall end.
  ///   - segments: where predictions are recorded; nil for what makes none.
  ///   - drainMs: how long it then goes on answering those that are connected.
  ///   - idleMs: how long nobody may ask before it ends by itself; -1 is forever.
  init(
    listener: ReplicaListener, stopping: Int32, model: any ReplicaModel, segments: SegmentWriter?,
    drainMs: Int64 = 3_000, idleMs: Int32 = -1
  ) {
    self.listener = listener
    self.stopping = stopping
    self.model = model
    self.segments = segments
    self.drainMs = drainMs
    self.idleMs = idleMs
  }

  deinit {
    close(listener.descriptor)
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
          listener.leave()
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
      if listener.secret != nil { dropStrangers() }
    }
    if deadline == nil { listener.leave() }
    segments?.synchronize()
  }

  private func polled(accepts: Bool) -> [pollfd] {
    var polled = [
      pollfd(fd: accepts ? listener.descriptor : -1, events: Int16(POLLIN), revents: 0),
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
      let descriptor = Glibc.accept(listener.descriptor, nil, nil)
      guard descriptor >= 0 else { return }
      // Reads and writes name MSG_DONTWAIT; a child must not keep the connection open.
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      if listener.secret != nil {
        // An answer does not wait for the next one.
        var yes: Int32 = 1
        setsockopt(
          descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
      }
      connections.append(ReplicaConnection(descriptor: descriptor, secret: listener.secret))
    }
  }

  /// Lets those go that have not said the secret for longest where there are many of them.
  private func dropStrangers() {
    var excess = connections.count { $0.isStranger } - Self.strangerLimit
    guard excess > 0 else { return }
    connections.removeAll { connection in
      guard excess > 0, connection.isStranger else { return false }
      excess -= 1
      close(connection.descriptor)
      return true
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
