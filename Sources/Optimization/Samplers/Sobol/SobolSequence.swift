import Basics

/// Points that fill the unit cube evenly: Sobol's sequence with Owen's scrambling.
///
/// Sobol 1967; nested uniform scrambling by Owen 1995, with a hash in the place of stored
/// permutations, so that any point can be had at once. The digits of a coordinate are flipped by
/// coins that depend on the digits before them. Points are in Gray code order, as in SciPy. Beyond
/// 128 dimensions coordinates are plain random numbers.
struct SobolSequence {
  /// nil: not scrambled.
  let seed: UInt64?

  /// Coordinates in 0..<1 of the point with that index.
  func point(_ index: Int, dimensions: Int) -> [Double] {
    let index = UInt32(truncatingIfNeeded: index)
    let gray = index ^ (index >> 1)
    return (0..<dimensions).map { dimension in
      guard dimension < DirectionNumbers.dimensionCount else {
        return unit(of: hash(dimension, UInt64(index)))
      }
      var digits: UInt32 = 0
      for (place, number) in DirectionNumbers.all[dimension].enumerated()
      where gray >> UInt32(place) & 1 == 1 {
        digits ^= number
      }
      guard seed != nil else { return Double(digits) * 0x1p-32 }
      // Digits after the 32nd are random ones: no two points share a coordinate.
      let tail = unit(of: hash(dimension, 1 << 40 | UInt64(digits)))
      return (Double(scrambled(digits, dimension)) + tail) * 0x1p-32
    }
  }

  private func scrambled(_ digits: UInt32, _ dimension: Int) -> UInt32 {
    var flips: UInt32 = 0
    for level in 0..<32 {
      // The digits above, with a leading one that tells levels apart.
      let above = level == 0 ? 1 : UInt64(1) << UInt64(level) | UInt64(digits >> UInt32(32 - level))
      flips |= UInt32(hash(dimension, above) >> 63) << UInt32(31 - level)
    }
    return digits ^ flips
  }

  private func hash(_ dimension: Int, _ word: UInt64) -> UInt64 {
    var mixer = SeededGenerator(seed: seed ?? 0, stream: UInt64(dimension) << 42 | word)
    return mixer.next()
  }

  private func unit(of hash: UInt64) -> Double { Double(hash >> 11) * 0x1p-53 }
}
