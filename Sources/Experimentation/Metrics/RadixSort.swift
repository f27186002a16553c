/// Sorts numbers by their bits in linear time.
enum RadixSort {
  /// The positions of `values` from the largest value to the smallest; equal values keep their order.
  ///
  /// Bytes in which all values agree cost one count only, so that probabilities which came from
  /// 32-bit floats need half the passes.
  static func descendingOrder(of values: [Double]) -> [Int32] {
    let keys = values.map(descendingKey)
    var order = (0..<Int32(values.count)).map { $0 }
    var spare = order
    for shift in stride(from: 0, to: 64, by: 8) {
      var starts = [Int](repeating: 0, count: 257)
      for key in keys { starts[Int(key >> UInt64(shift) & 0xFF) + 1] += 1 }
      if starts.contains(values.count) { continue }
      for byte in 0..<256 { starts[byte + 1] += starts[byte] }
      for position in order {
        let byte = Int(keys[Int(position)] >> UInt64(shift) & 0xFF)
        spare[starts[byte]] = position
        starts[byte] += 1
      }
      swap(&order, &spare)
    }
    return order
  }

  /// An unsigned number that grows as `value` shrinks; -0 and 0 share one.
  private static func descendingKey(_ value: Double) -> UInt64 {
    let bits = (value + 0).bitPattern
    let ascending = bits >> 63 == 0 ? bits | 1 << 63 : ~bits
    return ~ascending
  }
}
