import MLflowProtocol
import Basics
import Hummingbird
import NIOCore

/// Takes a body in while it arrives: what came is hashed and written while more comes.
///
/// Two blocks of some MiB are in memory, whatever the size of the body, and no thread of tasks
/// waits for the disk.
enum ArtifactIntake {
  /// How much is handed on at once.
  private static let blockBytes = 4 << 20

  /// Writes a body into an object.
  static func take(_ body: RequestBody, into writer: ObjectWriter) async throws {
    try await blocks(of: body) { block in
      async let hashed: Void = offTask { for chunk in block { chunk.read { writer.hash($0) } } }
      try await offTask { for chunk in block { try chunk.read { try writer.store($0) } } }
      try await hashed
    }
  }

  /// Writes a body into a part.
  ///
  /// - Throws: when it is longer than was announced.
  static func take(_ body: RequestBody, into writer: PartWriter) async throws {
    try await blocks(of: body) { block in
      try await offTask {
        for chunk in block {
          guard try chunk.read({ try writer.write($0) }) else {
            throw MLflowFailure(
              .invalidParameterValue, "The part is longer than its Content-Length.")
          }
        }
      }
    }
  }

  private static func blocks(
    of body: RequestBody, _ work: @escaping @Sendable ([ByteBuffer]) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      var block: [ByteBuffer] = []
      var bytes = 0
      for try await chunk in body {
        block.append(chunk)
        bytes += chunk.readableBytes
        guard bytes >= blockBytes else { continue }
        // The block before this one must be done; its error ends the intake.
        try await group.next()
        group.addTask { [block] in try await work(block) }
        (block, bytes) = ([], 0)
      }
      try await group.next()
      try await work(block)
    }
  }
}

extension ByteBuffer {
  fileprivate func read<Value>(
    _ body: (UnsafeRawBufferPointer) throws -> Value
  ) rethrows -> Value {
    try withUnsafeReadableBytes(body)
  }
}
