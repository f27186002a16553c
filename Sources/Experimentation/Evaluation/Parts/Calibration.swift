/// Whether probabilities mean what they say: of rows given 70 %, about 70 % should be so.
struct Calibration: Codable, Sendable, Equatable {
  struct Bin: Codable, Sendable, Equatable {
    var meanProbability: Double
    var observedShare: Double
    var rowCount: Int
  }

  static let binCount = 10

  /// What the probability is of: the positive class, or the most probable one.
  var subject: String
  /// Ten equally wide bins without the empty ones.
  var bins: [Bin]
  /// Expected calibration error: mean distance of the bins, weighted by rows (Naeini et al., 2015).
  var expectedError: Double

  init(subject: String, probabilities: [Double], isSo: [Bool]) {
    var sums = [Double](repeating: 0, count: Self.binCount)
    var hits = sums
    var counts = [Int](repeating: 0, count: Self.binCount)
    for (row, probability) in probabilities.enumerated() where probability.isFinite {
      let bin = min(Self.binCount - 1, max(0, Int(probability * Double(Self.binCount))))
      sums[bin] += probability
      hits[bin] += isSo[row] ? 1 : 0
      counts[bin] += 1
    }
    self.subject = subject
    bins = counts.indices.filter { counts[$0] > 0 }.map {
      Bin(
        meanProbability: sums[$0] / Double(counts[$0]),
        observedShare: hits[$0] / Double(counts[$0]), rowCount: counts[$0])
    }
    let total = Double(max(1, counts.reduce(0, +)))
    expectedError = bins.reduce(0) {
      $0 + abs($1.meanProbability - $1.observedShare) * Double($1.rowCount) / total
    }
  }

  /// Of the second of two classes, else of the most probable class.
  init(codes: [Int32], classes: [String], probabilities: [Double]) {
    let count = classes.count
    if count == 2 {
      self.init(
        subject: classes[1], probabilities: codes.indices.map { probabilities[$0 * 2 + 1] },
        isSo: codes.map { $0 == 1 })
      return
    }
    var confidence: [Double] = []
    var isSo: [Bool] = []
    for (row, code) in codes.enumerated() {
      let chances = probabilities[row * count..<(row + 1) * count]
      let best = chances.indices.max { chances[$0] < chances[$1] } ?? chances.startIndex
      confidence.append(chances[best])
      isSo.append(best - chances.startIndex == Int(code))
    }
    self.init(subject: "the most probable class", probabilities: confidence, isSo: isSo)
  }
}
