/// The codes of one Huffman alphabet of DEFLATE, looked up by the next 15 bits.
struct HuffmanTable {
  static let width = 15
  /// Symbol and length of a code, by the bits that follow; 0 where no code has those bits.
  private let entries: [UInt16]

  /// - Parameter lengths: of each symbol's code in bits; 0 where a symbol has none.
  /// - Throws: when there are more codes than the lengths allow.
  init(lengths: some Collection<UInt8>) throws(InflateError) {
    var counts = [Int](repeating: 0, count: Self.width + 1)
    for length in lengths where length > 0 { counts[Int(length)] += 1 }
    // RFC 1951, §3.2.2: the smallest code of each length.
    var next = [Int](repeating: 0, count: Self.width + 1)
    var code = 0
    for length in 1...Self.width {
      code = (code + counts[length - 1]) << 1
      next[length] = code
      guard code + counts[length] <= 1 << length else { throw .malformed }
    }
    var entries = [UInt16](repeating: 0, count: 1 << Self.width)
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let code = next[Int(length)]
      next[Int(length)] += 1
      var reversed = 0
      for bit in 0..<Int(length) where code & (1 << bit) != 0 {
        reversed |= 1 << (Int(length) - 1 - bit)
      }
      let entry = UInt16(symbol) << 4 | UInt16(length)
      for index in stride(from: reversed, to: entries.count, by: 1 << Int(length)) {
        entries[index] = entry
      }
    }
    self.entries = entries
  }

  /// The symbol whose code the low bits of `bits` start with, and the code's length.
  func symbol(_ bits: UInt64) throws(InflateError) -> (symbol: Int, length: Int) {
    let entry = entries[Int(bits & (1 << UInt64(Self.width) - 1))]
    guard entry != 0 else { throw .malformed }
    return (Int(entry >> 4), Int(entry & 15))
  }
}
