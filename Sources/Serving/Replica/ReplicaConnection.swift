import Basics
import Glibc

/// One gateway that is connected to a replica: bytes that came and bytes that wait to leave.
struct ReplicaConnection {
  let descriptor: Int32
  private var input: [UInt8] = []
  private var output: [UInt8] = []
  private var sent = 0
  /// The other side will send no more.
  private(set) var isFinished = false
  private(set) var isBroken = false
  /// What it must say first; nil once it has, or where it need not.
  private var secret: [UInt8]?
  /// Largest payload of a connection that has not said the secret.
  private static let strangersPayloadLimit = 1_024

  /// - Parameter secret: what its first frame must say; nil lets everybody ask.
  init(descriptor: Int32, secret: [UInt8]?) {
    self.descriptor = descriptor
    self.secret = secret
  }

  /// Whether it has not said the secret yet.
  var isStranger: Bool { secret != nil }

  var hasOutput: Bool { sent < output.count }
  /// Reads pause while this many bytes wait to be taken by the other side.
  var isReadable: Bool { !isFinished && output.count - sent < 8 << 20 }

  /// Takes what has arrived, up to some megabytes.
  mutating func receive(_ buffer: UnsafeMutableRawBufferPointer) {
    var total = 0
    while total < 4 << 20 {
      let count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
      if count > 0 {
        input.append(contentsOf: buffer[..<count])
        total += count
        if count < buffer.count { return }
      } else if count == 0 {
        isFinished = true
        return
      } else if errno == EINTR {
        continue
      } else {
        if errno != EAGAIN { isBroken = true }
        return
      }
    }
  }

  /// Most questions of one batch: bounds how long the first of them waits for the last.
  private static let batchLimit = 512

  /// Has every whole question that has arrived answered, and queues the answers.
  mutating func answerWaiting(
    _ answer: ([ReplicaQuestion]) throws -> [ReplicaAnswer]
  ) throws {
    var offset = 0
    while offset < input.count, !isBroken {
      let start = offset
      let bytes = input
      try bytes.withUnsafeBytes { buffer in
        let (ids, questions) = takeFrames(of: buffer, from: &offset)
        guard !questions.isEmpty else { return }
        for (id, answer) in zip(ids, try answer(questions)) { queue(id, answer) }
      }
      if offset == start { break }
    }
    input.removeSubrange(..<offset)
  }

  /// Whole frames from `offset` on, at most a batch of them.
  private mutating func takeFrames(
    of bytes: UnsafeRawBufferPointer, from offset: inout Int
  ) -> ([UInt64], [ReplicaQuestion]) {
    var ids: [UInt64] = []
    var questions: [ReplicaQuestion] = []
    do throws(ServingError) {
      while questions.count < Self.batchLimit,
        let header = try FrameHeader(UnsafeRawBufferPointer(rebasing: bytes[offset...]))
      {
        let start = offset + FrameHeader.byteCount
        guard secret == nil || header.payloadBytes <= Self.strangersPayloadLimit else {
          isBroken = true
          break
        }
        guard bytes.count - start >= header.payloadBytes else { break }
        offset = start + header.payloadBytes
        if secret != nil || header.code == FrameQuestion.secret.rawValue {
          guard takeSecret(header, bytes[start..<offset]) else { break }
          continue
        }
        guard let question = FrameQuestion(rawValue: header.code) else {
          queue(header.id, ReplicaAnswer(status: 400, payload: Array("{}".utf8)))
          continue
        }
        ids.append(header.id)
        questions.append(
          ReplicaQuestion(
            question: question, body: UnsafeRawBufferPointer(rebasing: bytes[start..<offset])))
      }
    } catch {
      // Nothing that follows can be understood.
      isBroken = true
    }
    return (ids, questions)
  }

  /// Whether a frame says the secret, so that what follows is answered; else the connection is broken.
  private mutating func takeSecret(
    _ header: FrameHeader, _ payload: Slice<UnsafeRawBufferPointer>
  ) -> Bool {
    guard let secret else { return true }
    // In the same time for every payload of that length.
    let isEqual =
      payload.count == secret.count && zip(payload, secret).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    guard header.code == FrameQuestion.secret.rawValue, isEqual else {
      isBroken = true
      return false
    }
    self.secret = nil
    return true
  }

  /// Queues an answer.
  private mutating func queue(_ id: UInt64, _ answer: ReplicaAnswer) {
    FrameHeader(payloadBytes: answer.payload.count, id: id, code: answer.status).write(to: &output)
    output.append(contentsOf: answer.payload)
  }

  /// Sends as much as the other side takes.
  mutating func send() {
    while sent < output.count {
      let count = output.withUnsafeBytes { bytes in
        Glibc.send(
          descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent,
          Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count >= 0 {
        sent += count
      } else if errno == EINTR {
        continue
      } else {
        if errno != EAGAIN { isBroken = true }
        return
      }
    }
    output.removeAll(keepingCapacity: output.capacity < 1 << 20)
    sent = 0
  }
}
