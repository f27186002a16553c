import Basics

/// Looks for the point with the highest expected improvement.
struct AcquisitionSearch {
  private let space: SearchSpace
  private let process: GaussianProcess
  /// nil where no trial has kept all constraints: then the chance to keep them is all that counts.
  private let best: Double?
  private let constraints: [ConstraintBelief]
  private let leaders: [[Double]]
  private let tried: Set<[Double]>
  /// What a score loses for each end of a range at which a point, but none of the leaders, lies.
  private let edgePenalty: Double
  /// The share of a range that counts as its end.
  private static let edge = 0.02
  /// A chance of 5 % to keep all constraints.
  private static let leastLogChance = -3.0

  init(
    data: BeliefData, process: GaussianProcess, constraints: [ConstraintBelief] = [],
    space: SearchSpace, edgePenalty: Double = 0
  ) {
    self.space = space
    self.constraints = constraints
    self.edgePenalty = edgePenalty
    var believed = data
    for point in data.running { believed.add(point, value: process.belief(at: point).mean) }
    self.process =
      data.running.isEmpty
      ? process
      : GaussianProcess(
        believed.points, values: believed.values, unordered: data.unordered,
        kernel: process.kernel) ?? process
    // The least believed mean, not the least measured value: noise makes heroes.
    let means = data.points.map { process.belief(at: $0).mean }
    best = data.best(of: means)
    leaders = means.indices.sorted {
      (data.violations[$0], means[$0], $0) < (data.violations[$1], means[$1], $1)
    }.prefix(4).map { data.points[$0] }
    tried = Set(believed.points)
  }

  typealias Candidate = (point: SearchPoint, score: Double)

  /// The point with the highest score, a random one where none is left.
  func best(using random: inout SeededGenerator) -> SearchPoint {
    highest(using: &random)?.point ?? RandomSampler.point(of: space, using: &random)
  }

  /// The best of quasi-random points and of points near the leaders, improved in shrinking steps,
  /// with the logarithm of the improvement that is expected there, less its penalties; nil where all have been tried.
  func highest(using random: inout SeededGenerator) -> Candidate? {
    var candidates: [Candidate] = []
    let sequence = SobolSequence(seed: random.next())
    for place in 0..<192 {
      consider(
        space.point(atShares: sequence.point(place, dimensions: space.parameters.count)),
        &candidates)
    }
    for leader in leaders {
      for width in [0.2, 0.05, 0.01] {
        for _ in 0..<6 { consider(neighbor(of: leader, width, using: &random), &candidates) }
      }
    }
    candidates.sort { $0.score > $1.score }
    var finalists = Array(candidates.prefix(3))
    for place in finalists.indices {
      var width = 0.1
      for _ in 0..<16 {
        var near: [Candidate] = []
        let places = BeliefData.places(of: finalists[place].point, space)
        for _ in 0..<8 { consider(neighbor(of: places, width, using: &random), &near) }
        guard let found = near.max(by: { $0.score < $1.score }),
          found.score > finalists[place].score
        else {
          width *= 0.5
          continue
        }
        finalists[place] = found
      }
    }
    return finalists.max { $0.score < $1.score }
  }

  /// How much better than the best the least value of the whole space is believed to be, on the average.
  ///
  /// The average over functions that are drawn from the belief, each with a least value of its own: at
  /// quasi-random places, near the leaders, and at a place of which much is expected.
  ///
  /// Places where a constraint is hardly ever kept do not count.
  ///
  /// - Returns: infinite where rounding leaves nothing to draw from, and where nothing has kept all constraints.
  func regret(beside expected: SearchPoint, using random: inout SeededGenerator) -> Double {
    var places = leaders + [BeliefData.places(of: expected, space)]
    let sequence = SobolSequence(seed: random.next())
    for place in 0..<160 {
      let point = space.point(
        atShares: sequence.point(place, dimensions: space.parameters.count))
      if space.admits(point) { places.append(BeliefData.places(of: point, space)) }
    }
    for leader in leaders {
      for width in [0.2, 0.05, 0.01] {
        for _ in 0..<12 {
          let point = neighbor(of: leader, width, using: &random)
          if space.admits(point) { places.append(BeliefData.places(of: point, space)) }
        }
      }
    }
    if !constraints.isEmpty {
      let allowed = places.dropFirst().filter { place in
        constraints.reduce(0) { $0 + $1.logChance(at: place) } > Self.leastLogChance
      }
      places = places.prefix(1) + allowed
    }
    let count = 128
    guard best != nil, let draws = process.draws(count, at: places, using: &random) else {
      return .infinity
    }
    return draws.reduce(0) { $0 + ($1[0] - ($1.min() ?? $1[0])) / Double(count) }
  }

  private func consider(_ point: SearchPoint, _ candidates: inout [Candidate]) {
    guard space.admits(point) else { return }
    let places = BeliefData.places(of: point, space)
    guard !tried.contains(places) else { return }
    let belief = process.belief(at: places)
    let improvement = best.map {
      ExpectedImprovement.log(mean: belief.mean, deviation: belief.deviation, best: $0)
    }
    // Where nothing tells one place from another, the one counts that is known least.
    let unknown = constraints.isEmpty ? belief.deviation : 0
    let score = constraints.reduce(improvement ?? unknown) { $0 + $1.logChance(at: places) }
    guard !score.isNaN else { return }
    let penalty = edgePenalty == 0 ? 0 : edgePenalty * Double(newEdgeCount(places))
    candidates.append((point, score - penalty))
  }

  /// At how many ends of ranges places lie where none of the leaders does.
  ///
  /// A process is least sure at the ends, which have trials on one side alone (Siivola et al. 2018).
  func newEdgeCount(_ places: [Double]) -> Int {
    var count = 0
    for (axis, place) in places.enumerated() where !space.parameters[axis].domain.isUnordered {
      if place < Self.edge {
        count += leaders.contains { $0[axis] < Self.edge } ? 0 : 1
      } else if place > 1 - Self.edge {
        count += leaders.contains { $0[axis] > 1 - Self.edge } ? 0 : 1
      }
    }
    return count
  }

  /// A point near places: some numbers moved by a normal step, some words drawn anew.
  private func neighbor(
    of places: [Double], _ width: Double, using random: inout SeededGenerator
  ) -> SearchPoint {
    var point = SearchPoint()
    let share = max(0.3, 1.5 / Double(space.parameters.count))
    for (parameter, place) in zip(space.parameters, places) where parameter.isActive(in: point) {
      let domain = parameter.domain
      let changes = random.nextUnit() < share
      if domain.isUnordered {
        let redrawn = place < 0 || (changes && random.nextUnit() < 0.3)
        point[parameter.name] =
          redrawn ? RandomSampler.value(of: domain, using: &random) : domain.value(at: place)
      } else {
        let step =
          max(width, domain.grain) * NormalDistribution.quantile(random.nextUnit())
        point[parameter.name] = domain.value(at: changes ? place + step : place)
      }
    }
    return point
  }
}
