import Basics
import Glibc

/// Asks a replica whether it answers.
enum ReplicaProbe {
  /// Seconds that connecting and answering may take.
  private static let patienceSeconds = 1

  /// Whether the replica at that address answers within a second.
  static func answers(at address: ReplicaAddress) async -> Bool {
    if case .socket(let path) = address, !FileTree.exists(path) { return false }
    do {
      return try await offTask { try ask(address) }
    } catch {
      // Not yet, or no more: the next turn asks again.
      return false
    }
  }

  private static func ask(_ address: ReplicaAddress) throws -> Bool {
    let descriptor = try ReplicaSocket.connect(to: address, patience: patienceSeconds)
    defer { close(descriptor) }
    var question: [UInt8] = []
    if case .node(let node) = address { Frame(saying: node.secret).write(to: &question) }
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
