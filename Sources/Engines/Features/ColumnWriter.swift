import DataPipelines

/// Writes the features of one column of a table, block after block of its rows.
struct ColumnWriter {
  let encoder: ColumnEncoder
  private let values: ColumnValues?
  /// Features of each distinct text, where they are few; NaN-filled for none.
  private let known: [Float]

  /// Numbers that the features of distinct texts may take.
  private static let knownBound = 1 << 20

  init(encoder: ColumnEncoder, values: ColumnValues?) {
    self.encoder = encoder
    self.values = values
    let width = encoder.width
    guard case .strings(let codes, let texts) = values, texts.count <= codes.count,
      texts.count * width <= Self.knownBound
    else {
      known = []
      return
    }
    known = [Float](unsafeUninitializedCapacity: texts.count * width) { buffer, count in
      if let start = buffer.baseAddress {
        for (code, text) in texts.enumerated() { encoder.encode(text, into: start + code * width) }
      }
      count = texts.count * width
    }
  }

  func write(_ rows: Range<Int>, into features: UnsafeMutablePointer<Float>, stride: Int) {
    let width = encoder.width
    switch values {
    case nil:
      for row in rows { encoder.encodeMissing(into: features + row * stride) }
    case .numbers(let numbers):
      if case .number = encoder.encoding {
        for row in rows { features[row * stride] = feature(numbers[row]) }
      } else {
        for row in rows { encoder.encode(numbers[row], into: features + row * stride) }
      }
    case .strings(let codes, let texts):
      for row in rows {
        let place = features + row * stride
        let code = Int(codes[row])
        if code < 0 {
          encoder.encodeMissing(into: place)
        } else if known.isEmpty {
          encoder.encode(texts[code], into: place)
        } else {
          for feature in 0..<width { place[feature] = known[code * width + feature] }
        }
      }
    }
  }
}
