/// Why compressed bytes could not be read.
public enum InflateError: Error, Equatable, Sendable {
  /// They are not what they should be.
  case malformed
  /// Uncompressed they are more than is allowed.
  case tooLarge
}

/// Reads gzip (RFC 1952), zlib (RFC 1950) and bare DEFLATE (RFC 1951) into memory, up to a limit.
///
/// Hostile bytes end in an error: nothing is written beyond the limit, nothing is read outside.
public struct Inflater {
  private let input: [UInt8]
  private let limit: Int
  private var position: Int
  private var bits: UInt64 = 0
  private var bitCount = 0
  private var output: [UInt8] = []

  private init(_ input: [UInt8], from position: Int, limit: Int) {
    self.input = input
    self.limit = limit
    self.position = position
  }

  /// The content of gzip's bytes, of all members one after another.
  public static func gunzip(_ bytes: [UInt8], limit: Int) throws(InflateError) -> [UInt8] {
    var content: [UInt8] = []
    var position = 0
    repeat {
      position = try gzipHeaderEnd(bytes, from: position)
      var inflater = Inflater(bytes, from: position, limit: limit - content.count)
      try inflater.inflate()
      let crc = try inflater.trailer()
      let size = try inflater.trailer()
      guard crc == CRC32.checksum(inflater.output),
        size == UInt32(truncatingIfNeeded: inflater.output.count)
      else { throw .malformed }
      content += inflater.output
      position = inflater.position
    } while position < bytes.count
    return content
  }

  /// The content of what HTTP calls `deflate`: zlib's bytes, or bare ones as some clients send them.
  public static func inflate(_ bytes: [UInt8], limit: Int) throws(InflateError) -> [UInt8] {
    let isZlib =
      bytes.count > 2 && bytes[0] & 15 == 8
      && (Int(bytes[0]) << 8 | Int(bytes[1])).isMultiple(of: 31) && bytes[1] & 32 == 0
    var inflater = Inflater(bytes, from: isZlib ? 2 : 0, limit: limit)
    try inflater.inflate()
    return inflater.output
  }

  private static func gzipHeaderEnd(
    _ bytes: [UInt8], from start: Int
  ) throws(InflateError) -> Int {
    guard bytes.count - start >= 18, bytes[start] == 0x1F, bytes[start + 1] == 0x8B,
      bytes[start + 2] == 8
    else { throw .malformed }
    let flags = bytes[start + 3]
    var position = start + 10
    if flags & 4 != 0 {
      guard position + 2 <= bytes.count else { throw .malformed }
      position += 2 + Int(bytes[position]) + Int(bytes[position + 1]) << 8
    }
    // A name and a comment, each ended by zero.
    for flag: UInt8 in [8, 16] where flags & flag != 0 {
      guard position < bytes.count, let end = bytes[position...].firstIndex(of: 0) else {
        throw .malformed
      }
      position = end + 1
    }
    if flags & 2 != 0 { position += 2 }
    guard position <= bytes.count else { throw .malformed }
    return position
  }

  private mutating func inflate() throws(InflateError) {
    var isLast = false
    while !isLast {
      isLast = try take(1) == 1
      switch try take(2) {
      case 0: try copyStored()
      case 1: try inflateBlock(Self.fixedLiterals(), Self.fixedDistances())
      case 2:
        let (literals, distances) = try readTables()
        try inflateBlock(literals, distances)
      default: throw .malformed
      }
    }
  }

  private mutating func copyStored() throws(InflateError) {
    dropPartialByte()
    let count = Int(try take(16))
    guard try take(16) == UInt64(~UInt16(count)) else { throw .malformed }
    // Whole bytes that were looked at already are read again.
    position -= bitCount / 8
    (bits, bitCount) = (0, 0)
    guard count <= input.count - position else { throw .malformed }
    guard count <= limit - output.count else { throw .tooLarge }
    output += input[position..<position + count]
    position += count
  }

  private mutating func inflateBlock(
    _ literals: HuffmanTable, _ distances: HuffmanTable
  ) throws(InflateError) {
    while true {
      let symbol = try decode(literals)
      switch symbol {
      case ..<256:
        guard output.count < limit else { throw .tooLarge }
        output.append(UInt8(symbol))
      case 256: return
      default:
        guard symbol - 257 < Self.lengths.count else { throw .malformed }
        let (base, extra) = Self.lengths[symbol - 257]
        let count = base + Int(try take(extra))
        let code = try decode(distances)
        guard code < Self.distances.count else { throw .malformed }
        let (near, more) = Self.distances[code]
        try copy(count, from: near + Int(try take(more)))
      }
    }
  }

  private mutating func copy(_ count: Int, from distance: Int) throws(InflateError) {
    guard distance <= output.count else { throw .malformed }
    guard count <= limit - output.count else { throw .tooLarge }
    let start = output.count - distance
    // The copy may overlap what it writes.
    for index in start..<start + count { output.append(output[index]) }
  }

  private mutating func readTables() throws(InflateError) -> (HuffmanTable, HuffmanTable) {
    let literalCount = 257 + Int(try take(5))
    let distanceCount = 1 + Int(try take(5))
    let codeCount = 4 + Int(try take(4))
    guard literalCount <= 286, distanceCount <= 30 else { throw .malformed }
    var codeLengths = [UInt8](repeating: 0, count: 19)
    for symbol in Self.codeOrder.prefix(codeCount) { codeLengths[symbol] = UInt8(try take(3)) }
    let codes = try HuffmanTable(lengths: codeLengths)
    var lengths: [UInt8] = []
    while lengths.count < literalCount + distanceCount {
      let symbol = try decode(codes)
      switch symbol {
      case 0...15: lengths.append(UInt8(symbol))
      case 16:
        guard let last = lengths.last else { throw .malformed }
        lengths += repeatElement(last, count: 3 + Int(try take(2)))
      case 17: lengths += repeatElement(0, count: 3 + Int(try take(3)))
      default: lengths += repeatElement(0, count: 11 + Int(try take(7)))
      }
    }
    guard lengths.count == literalCount + distanceCount else { throw .malformed }
    return (
      try HuffmanTable(lengths: lengths[..<literalCount]),
      try HuffmanTable(lengths: lengths[literalCount...])
    )
  }

  private mutating func decode(_ table: HuffmanTable) throws(InflateError) -> Int {
    fill()
    let (symbol, length) = try table.symbol(bits)
    guard length <= bitCount else { throw .malformed }
    bits >>= UInt64(length)
    bitCount -= length
    return symbol
  }

  private mutating func take(_ count: Int) throws(InflateError) -> UInt64 {
    fill()
    guard count <= bitCount else { throw .malformed }
    let value = bits & (1 << UInt64(count) - 1)
    bits >>= UInt64(count)
    bitCount -= count
    return value
  }

  private mutating func fill() {
    while bitCount <= 48, position < input.count {
      bits |= UInt64(input[position]) << UInt64(bitCount)
      position += 1
      bitCount += 8
    }
  }

  private mutating func dropPartialByte() {
    bits >>= UInt64(bitCount & 7)
    bitCount -= bitCount & 7
  }

  /// Four bytes after the compressed ones, the lowest first.
  private mutating func trailer() throws(InflateError) -> UInt32 {
    dropPartialByte()
    position -= bitCount / 8
    (bits, bitCount) = (0, 0)
    guard position + 4 <= input.count else { throw .malformed }
    defer { position += 4 }
    return input[position..<position + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  // RFC 1951, §3.2.5 to §3.2.7.
  private static let lengths: [(Int, Int)] =
    ranges(
      from: 3, extra: [0, 0, 0, 0] + (0..<6).flatMap { [$0, $0, $0, $0] }) + [(258, 0)]
  private static let distances: [(Int, Int)] = ranges(
    from: 1, extra: [0, 0] + (0..<14).flatMap { [$0, $0] })
  private static let codeOrder = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
  ]

  /// The first value and the number of extra bits of each code.
  private static func ranges(from start: Int, extra: [Int]) -> [(Int, Int)] {
    var next = start
    return extra.map { bits in
      defer { next += 1 << bits }
      return (next, bits)
    }
  }

  private static func fixedLiterals() throws(InflateError) -> HuffmanTable {
    try HuffmanTable(
      lengths: [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112)
        + [UInt8](repeating: 7, count: 24) + [UInt8](repeating: 8, count: 8))
  }

  private static func fixedDistances() throws(InflateError) -> HuffmanTable {
    try HuffmanTable(lengths: [UInt8](repeating: 5, count: 30))
  }
}
