/// Reads a regular expression and writes its steps.
struct LinePatternParser {
  private indirect enum Node {
    case empty
    case set(LineByteSet)
    case sequence([Node])
    case either([Node])
    case many(Node, least: Int, most: Int?, isLazy: Bool)
    /// The first group of the pattern.
    case group(Node)
    case lineStart, lineEnd
    case boundary(Bool)
  }

  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0
  private var hasGroup = false

  /// Most steps of a pattern, and most groups in groups.
  private static let mostSteps = 2_000
  private static let mostDepth = 50

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func program() throws(CommandProblem) -> [LineInstruction] {
    guard (1...500).contains(bytes.count) else {
      throw CommandProblem(message: "a pattern has 1 to 500 bytes")
    }
    let node = try alternatives()
    guard position == bytes.count else { throw problem("a ')' without its '('") }
    var steps: [LineInstruction] = []
    try Self.write(node, to: &steps)
    steps.append(.match)
    return steps
  }

  // MARK: Reading

  private func problem(_ what: String) -> CommandProblem {
    CommandProblem(message: "\(what), at character \(position + 1)")
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ character: Character) -> Bool {
    guard next == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func alternatives() throws(CommandProblem) -> Node {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.mostDepth else { throw problem("too many groups in groups") }
    var nodes = [try sequence()]
    while take("|") { nodes.append(try sequence()) }
    return nodes.count == 1 ? nodes[0] : .either(nodes)
  }

  private mutating func sequence() throws(CommandProblem) -> Node {
    var nodes: [Node] = []
    while let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
      nodes.append(try repeated(try atom()))
    }
    return nodes.isEmpty ? .empty : .sequence(nodes)
  }

  private mutating func repeated(_ node: Node) throws(CommandProblem) -> Node {
    var node = node
    while true {
      let bounds: (Int, Int?)
      if take("*") {
        bounds = (0, nil)
      } else if take("+") {
        bounds = (1, nil)
      } else if take("?") {
        bounds = (0, 1)
      } else if let counted = try counts() {
        bounds = counted
      } else {
        return node
      }
      node = .many(node, least: bounds.0, most: bounds.1, isLazy: take("?"))
    }
  }

  /// `{3}`, `{3,}` or `{3,5}`; braces with anything else in them are characters.
  private mutating func counts() throws(CommandProblem) -> (Int, Int?)? {
    guard next == UInt8(ascii: "{"),
      let end = bytes[position...].firstIndex(of: UInt8(ascii: "}"))
    else { return nil }
    let text = String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard let least = parts.first.flatMap({ Int($0) }), parts.count <= 2, least >= 0 else {
      return nil
    }
    let most: Int?
    if parts.count == 1 {
      most = least
    } else if parts[1].isEmpty {
      most = nil
    } else {
      guard let number = Int(parts[1]), number >= least else { return nil }
      most = number
    }
    guard max(least, most ?? 0) <= 1_000 else { throw problem("more than 1000 repetitions") }
    position = end + 1
    return (least, most)
  }

  private mutating func atom() throws(CommandProblem) -> Node {
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "."): return .set(.any)
    case UInt8(ascii: "^"): return .lineStart
    case UInt8(ascii: "$"): return .lineEnd
    case UInt8(ascii: "["): return .set(try characterClass())
    case UInt8(ascii: "("): return try group()
    case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"):
      throw problem("nothing to repeat")
    case UInt8(ascii: "\\"):
      if take("b") { return .boundary(true) }
      if take("B") { return .boundary(false) }
      return .set(try escaped())
    default: return .set(LineByteSet([byte...byte]))
    }
  }

  private mutating func group() throws(CommandProblem) -> Node {
    var isFirst = false
    if take("?") {
      if !take(":") {
        // Names of groups are for people.
        _ = take("P")
        guard take("<"), let end = bytes[position...].firstIndex(of: UInt8(ascii: ">")),
          next != UInt8(ascii: "="), next != UInt8(ascii: "!")
        else { throw problem("a kind of group that is not known") }
        position = end + 1
        isFirst = !hasGroup
        hasGroup = true
      }
    } else {
      isFirst = !hasGroup
      hasGroup = true
    }
    let node = try alternatives()
    guard take(")") else { throw problem("a '(' without its ')'") }
    return isFirst ? .group(node) : node
  }

  private mutating func escaped() throws(CommandProblem) -> LineByteSet {
    guard let byte = next else { throw problem("a backslash without a character") }
    position += 1
    switch byte {
    case UInt8(ascii: "d"): return .digit
    case UInt8(ascii: "D"): return LineByteSet.digit.inverted
    case UInt8(ascii: "w"): return .word
    case UInt8(ascii: "W"): return LineByteSet.word.inverted
    case UInt8(ascii: "s"): return .blank
    case UInt8(ascii: "S"): return LineByteSet.blank.inverted
    case UInt8(ascii: "t"): return LineByteSet([0x09...0x09])
    case UInt8(ascii: "n"): return LineByteSet([0x0A...0x0A])
    case UInt8(ascii: "r"): return LineByteSet([0x0D...0x0D])
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      throw problem("an escape that is not known, '\\\(Character(UnicodeScalar(byte)))'")
    default: return LineByteSet([byte...byte])
    }
  }

  private mutating func characterClass() throws(CommandProblem) -> LineByteSet {
    let isNegated = take("^")
    var set = LineByteSet()
    var isFirst = true
    while true {
      guard let byte = next else { throw problem("a '[' without its ']'") }
      if byte == UInt8(ascii: "]"), !isFirst { break }
      isFirst = false
      position += 1
      if byte == UInt8(ascii: "\\") {
        set.formUnion(try escaped())
      } else if next == UInt8(ascii: "-"), position + 1 < bytes.count,
        bytes[position + 1] != UInt8(ascii: "]")
      {
        let last = bytes[position + 1]
        guard byte <= last, last != UInt8(ascii: "\\") else {
          throw problem("a range of characters that is none")
        }
        position += 2
        set.formUnion(LineByteSet([byte...last]))
      } else {
        set.insert(byte)
      }
    }
    position += 1
    return isNegated ? set.inverted : set
  }

  // MARK: Writing

  private static func write(
    _ node: Node, to steps: inout [LineInstruction]
  ) throws(CommandProblem) {
    guard steps.count < mostSteps else {
      throw CommandProblem(message: "the pattern is too large; repeat less")
    }
    switch node {
    case .empty: break
    case .set(let set): steps.append(.byte(set))
    case .lineStart: steps.append(.lineStart)
    case .lineEnd: steps.append(.lineEnd)
    case .boundary(let isWanted): steps.append(.boundary(isWanted))
    case .sequence(let nodes): for node in nodes { try write(node, to: &steps) }
    case .group(let node):
      steps.append(.save(isEnd: false))
      try write(node, to: &steps)
      steps.append(.save(isEnd: true))
    case .either(let nodes): try write(either: nodes[...], to: &steps)
    case .many(let node, let least, let most, let isLazy):
      for _ in 0..<least { try write(node, to: &steps) }
      guard let most else { return try writeLoop(node, isLazy, to: &steps) }
      for _ in least..<max(most, least) { try writeOptional(node, isLazy, to: &steps) }
    }
  }

  private static func write(
    either nodes: ArraySlice<Node>, to steps: inout [LineInstruction]
  ) throws(CommandProblem) {
    guard let first = nodes.first else { return }
    guard nodes.count > 1 else { return try write(first, to: &steps) }
    let fork = steps.count
    steps.append(.match)
    try write(first, to: &steps)
    let leap = steps.count
    steps.append(.match)
    steps[fork] = .split(fork + 1, steps.count)
    try write(either: nodes.dropFirst(), to: &steps)
    steps[leap] = .jump(steps.count)
  }

  private static func writeOptional(
    _ node: Node, _ isLazy: Bool, to steps: inout [LineInstruction]
  ) throws(CommandProblem) {
    let fork = steps.count
    steps.append(.match)
    try write(node, to: &steps)
    steps[fork] = isLazy ? .split(steps.count, fork + 1) : .split(fork + 1, steps.count)
  }

  private static func writeLoop(
    _ node: Node, _ isLazy: Bool, to steps: inout [LineInstruction]
  ) throws(CommandProblem) {
    let fork = steps.count
    steps.append(.match)
    try write(node, to: &steps)
    steps.append(.jump(fork))
    steps[fork] = isLazy ? .split(steps.count, fork + 1) : .split(fork + 1, steps.count)
  }
}
