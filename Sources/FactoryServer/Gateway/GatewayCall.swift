import NIOCore
import Serving

/// One request that waits for its answer.
final class GatewayCall {
  let question: FrameQuestion
  /// Kept until the answer is there, to ask another replica when the first one dies.
  let body: ByteBuffer
  let deadline: NIODeadline
  /// How many replicas were asked.
  var attempts = 0
  private let connection: GatewayConnection
  private let slot: Int

  init(
    question: FrameQuestion, body: ByteBuffer, deadline: NIODeadline, connection: GatewayConnection,
    slot: Int
  ) {
    self.question = question
    self.body = body
    self.deadline = deadline
    self.connection = connection
    self.slot = slot
  }

  /// Answers the request; a caller who has gone is no error.
  func answer(_ status: UInt16, _ payload: ByteBuffer) {
    connection.complete(slot, GatewayAnswer(status: status, payload: payload))
  }

  /// Answers the request with an error of the gateway's own.
  func fail(_ failure: GatewayFailure) {
    connection.complete(slot, failure.answer)
  }
}
