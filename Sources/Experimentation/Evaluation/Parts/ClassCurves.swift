/// Curves of one class against the rest.
struct ClassCurve: Codable, Sendable, Equatable {
  struct Point: Codable, Sendable, Equatable {
    var x: Double
    var y: Double
  }

  var name: String
  /// False-positive rate and true-positive rate, from (0, 0) to (1, 1).
  var roc: [Point]
  var area: Double
  /// Recall and precision, from the highest score down.
  var precisionRecall: [Point]
  /// Σ (Rₙ − Rₙ₋₁) Pₙ, as scikit-learn's `average_precision_score`.
  var averagePrecision: Double
  /// Share of the rows that are of the class.
  var share: Double

  /// Points that a curve keeps.
  static let mostPoints = 160

  /// Measures one score; nil where a class has no rows.
  init?(name: String, scores: [Double], isPositive: [Bool]) {
    let ranked = RankedScores(scores: scores, isPositive: isPositive)
    let positives = Double(isPositive.count { $0 })
    let negatives = Double(isPositive.count) - positives
    guard positives > 0, negatives > 0 else { return nil }
    var hits = 0.0
    var alarms = 0.0
    var averagePrecision = 0.0
    var roc = [Point(x: 0, y: 0)]
    var precisionRecall: [Point] = []
    ranked.sweep(EqualWeights()) { positive, negative in
      hits += positive
      alarms += negative
      averagePrecision += positive / positives * hits / (hits + alarms)
      roc.append(Point(x: alarms / negatives, y: hits / positives))
      precisionRecall.append(Point(x: hits / positives, y: hits / (hits + alarms)))
    }
    self.name = name
    self.roc = Self.thinned(roc)
    self.precisionRecall = Self.thinned(precisionRecall)
    self.averagePrecision = averagePrecision
    area = ranked.area(EqualWeights())
    share = positives / (positives + negatives)
  }

  /// One curve for two classes, else one for each of the eight most frequent.
  static func curves(codes: [Int32], classes: [String], probabilities: [Double]) -> [ClassCurve] {
    let count = classes.count
    var rows = [Int](repeating: 0, count: count)
    for code in codes { rows[Int(code)] += 1 }
    let shown =
      count == 2 ? [1] : Array((0..<count).sorted { (rows[$1], $0) < (rows[$0], $1) }.prefix(8))
    return shown.compactMap { code in
      ClassCurve(
        name: classes[code], scores: codes.indices.map { probabilities[$0 * count + code] },
        isPositive: codes.map { Int($0) == code })
    }
  }

  /// Keeps the ends and points that lie at least a step apart along the curve.
  private static func thinned(_ points: [Point]) -> [Point] {
    guard points.count > mostPoints, let first = points.first, let last = points.last else {
      return points
    }
    let step = 2.0 / Double(mostPoints - 2)
    var kept = [first]
    var known = first
    for point in points.dropFirst().dropLast()
    where abs(point.x - known.x) + abs(point.y - known.y) >= step {
      kept.append(point)
      known = point
    }
    return kept + [last]
  }
}
