/// Where nodes are.
extension SlurmCommands {
  /// The address at which Slurm itself reaches a node.
  func address(of node: String) async throws -> String {
    let answer = try await self("scontrol", ["--oneliner", "show", "node", node])
    guard answer.isSuccess else { throw unreachable("scontrol", answer) }
    return Self.address(in: answer.output) ?? node
  }

  /// The value of `NodeAddr` in what `scontrol show node` prints.
  static func address(in text: String) -> String? {
    let mark = "NodeAddr="
    let word = text.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix(mark) }
    return word.map { String($0.dropFirst(mark.count)) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
