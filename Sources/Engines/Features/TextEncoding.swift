import Glibc

/// Free text as weights of hashed words and word pairs, and its length.
///
/// The buckets that many, but not nearly all, training texts fall into become features; their
/// values are term frequency times inverse document frequency, of length 1 together (Salton &
/// Buckley 1988; the hashing trick of Weinberger et al. 2009).
struct TextEncoding: Codable, Sendable, Equatable {
  /// Buckets that became features, ascending.
  let buckets: [Int32]
  /// Inverse document frequency of each.
  let weights: [Double]

  /// Buckets of the hash: 2^18.
  private static let bucketBits: UInt64 = 18
  /// Texts that are looked at to choose the buckets, evenly spaced.
  private static let sampleBound = 100_000

  /// nil where all rows hold the same text.
  init?(fitting codes: [Int32], of texts: [String], bound: Int) {
    guard let first = codes.first, codes.contains(where: { $0 != first }) else { return nil }
    let step = max(1, codes.count / Self.sampleBound)
    var frequencies = [Int](repeating: 0, count: 1 << Int(Self.bucketBits))
    var lastText = [Int32](repeating: -1, count: frequencies.count)
    var textCount: Int32 = 0
    for row in stride(from: 0, to: codes.count, by: step) where codes[row] >= 0 {
      for gram in WordHashes(texts[Int(codes[row])]).grams {
        let bucket = Int(gram >> (64 - Self.bucketBits))
        guard lastText[bucket] != textCount else { continue }
        lastText[bucket] = textCount
        frequencies[bucket] += 1
      }
      textCount += 1
    }
    let least = max(2, Int(textCount) / 1_000)
    let most = Int(Double(textCount) * 0.98)
    let chosen = frequencies.indices
      .filter { frequencies[$0] >= least && frequencies[$0] <= most }
      .sorted { (frequencies[$1], $0) < (frequencies[$0], $1) }
      .prefix(bound).sorted()
    buckets = chosen.map(Int32.init)
    weights = chosen.map { log(Double(1 + textCount) / Double(1 + frequencies[$0])) + 1 }
  }

  /// Characters, words, then one feature a bucket.
  var width: Int { 2 + buckets.count }

  func encode(_ text: String, into features: UnsafeMutablePointer<Float>) {
    let words = WordHashes(text)
    features[0] = Float(words.characterCount)
    features[1] = Float(words.wordCount)
    let weighted = features + 2
    for place in buckets.indices { weighted[place] = 0 }
    for gram in words.grams {
      guard let place = place(of: Int32(gram >> (64 - Self.bucketBits))) else { continue }
      weighted[place] += 1
    }
    var squares = 0.0
    for place in buckets.indices where weighted[place] > 0 {
      let value = Double(weighted[place]) * weights[place]
      squares += value * value
    }
    guard squares > 0 else { return }
    let scale = 1 / squares.squareRoot()
    for place in buckets.indices where weighted[place] > 0 {
      weighted[place] = Float(Double(weighted[place]) * weights[place] * scale)
    }
  }

  private func place(of bucket: Int32) -> Int? {
    var (low, high) = (0, buckets.count)
    while low < high {
      let middle = (low + high) / 2
      if buckets[middle] < bucket { low = middle + 1 } else { high = middle }
    }
    return low < buckets.count && buckets[low] == bucket ? low : nil
  }
}
