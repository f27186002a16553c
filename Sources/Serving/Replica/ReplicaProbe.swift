import Basics
import Glibc

/// Asks a replica whether it answers.
enum ReplicaProbe {
  /// Whether the replica at the socket answers within a second.
  static func answers(at path: String) async -> Bool {
    guard FileTree.exists(path) else { return false }
    do {
      return try await offTask { try ask(path) }
    } catch {
      // Not yet, or no more: the next turn asks again.
      return false
    }
  }

  private static func ask(_ path: String) throws -> Bool {
    let descriptor = try ReplicaSocket.connect(to: path)
    defer { close(descriptor) }
    var limit = timeval(tv_sec: 1, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    var question: [UInt8] = []
    Frame(id: 1, code: FrameQuestion.health.rawValue, payload: []).write(to: &question)
    guard send(descriptor, question, question.count, Int32(MSG_NOSIGNAL)) == question.count
    else { return false }
    var decoder = FrameDecoder()
    var bytes = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = recv(descriptor, &bytes, bytes.count, 0)
      guard count > 0 else { return false }
      bytes.withUnsafeBytes { decoder.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      if let answer = try decoder.next() { return answer.code == 200 }
    }
  }
}
