import Basics
import Testing

@testable import Optimization

/// Fronts, crowding and hypervolume.
struct ParetoTests {
  /// Random points on a coarse grid, so that ties and equal points occur.
  static func points(_ count: Int, goals: Int, seed: UInt64) -> [[Double]] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in (0..<goals).map { _ in Double(random.next(below: 12)) } }
  }

  @Test(arguments: [1, 2, 3, 5], 0..<6)
  func `fronts are those of the definition`(goals: Int, seed: UInt64) {
    let points = Self.points(60, goals: goals, seed: seed)
    var rest = Set(points.indices)
    var expected = [Int](repeating: -1, count: points.count)
    var front = 0
    while !rest.isEmpty {
      let leaders = rest.filter { one in
        !rest.contains { ParetoOrder.dominates(points[$0], points[one]) }
      }
      for leader in leaders { expected[leader] = front }
      rest.subtract(leaders)
      front += 1
    }
    #expect(ParetoOrder(points).fronts == expected)
  }

  @Test func `crowding is the side of the box between neighbors, without end at the ends`() {
    let order = ParetoOrder([[0, 4], [1, 2], [3, 1], [4, 0]])
    #expect(order.crowding == [.infinity, 3.0 / 4 + 3.0 / 4, 3.0 / 4 + 2.0 / 4, .infinity])
  }

  @Test func `no points make no fronts`() {
    #expect(ParetoOrder([]).fronts == [])
    #expect(Hypervolume.of([], reference: [1, 1]) == 0)
  }

  struct Volume: Sendable {
    var points: [[Double]]
    var volume: Double
  }

  /// By inclusion and exclusion over all subsets, in NumPy.
  static let volumes = [
    Volume(
      points: [
        [0.81, 0.08], [0.17, 0.23], [0.18, 0.8], [0.86, 0.58], [0.03, 0.09], [0.33, 0.43],
      ], volume: 0.8846),
    Volume(
      points: [
        [0.62, 0.47, 0.26], [0.15, 0.69, 0.73], [0.03, 0.11, 0.45], [0.39, 0.88, 0.51],
        [0.42, 0.43, 0.66], [0.58, 0.17, 0.73], [0.75, 0.95, 0.78], [0.28, 0.31, 0.64],
      ], volume: 0.513081),
    Volume(
      points: [
        [0.65, 0.69, 0.86, 0.29], [0.93, 0.0, 0.07, 0.97], [0.94, 0.29, 0.13, 0.31],
        [0.04, 0.89, 0.66, 0.58], [0.24, 0.47, 0.19, 0.77], [0.47, 0.03, 0.25, 0.7],
        [0.51, 0.37, 0.25, 0.09], [0.6, 0.66, 0.52, 0.93], [0.92, 0.2, 0.6, 0.63],
      ], volume: 0.29344583),
    Volume(
      points: [
        [0.24, 0.29, 0.48, 0.74, 0.29], [0.72, 0.65, 0.21, 0.38, 0.82],
        [0.84, 0.65, 0.0, 0.68, 0.22], [0.82, 0.91, 0.42, 0.95, 0.75],
        [0.32, 0.87, 0.38, 0.1, 0.59], [0.84, 0.65, 0.39, 0.9, 0.47],
        [0.38, 0.14, 0.21, 0.69, 0.79], [0.29, 0.62, 0.87, 0.14, 0.27],
        [0.52, 0.56, 0.39, 0.39, 0.12],
      ], volume: 0.1356517434),
  ]

  @Test(arguments: volumes)
  func `the hypervolume is that of inclusion and exclusion`(expected: Volume) {
    let reference = [Double](repeating: 1, count: expected.points[0].count)
    let volume = Hypervolume.of(expected.points, reference: reference)
    #expect(abs(volume - expected.volume) < 1e-12)
    // What is dominated, doubled or out of bounds adds nothing.
    let more = expected.points + expected.points + [reference, reference.map { $0 + 1 }]
    #expect(abs(Hypervolume.of(more, reference: reference) - expected.volume) < 1e-12)
  }

  /// `optuna._hypervolume.compute_hypervolume` of Optuna 5.0.0: number of goals, number of points, volume.
  @Test(arguments: [
    (2, 9, 1.1852066115702482), (3, 9, 1.095906085649888), (4, 8, 0.5927033057851242),
    (5, 7, 0.4811258608142765),
  ])
  func `the hypervolume is Optuna's`(goals: Int, count: Int, volume: Double) {
    let points = (0..<count).map { k -> [Double] in
      (0..<goals).map { j -> Double in
        let mixed: Int = 7 * k + 3 * j * j + 5 * k * j
        return Double(mixed % 11) / 11
      }
    }
    let reference = [Double](repeating: 1.1, count: goals)
    #expect(abs(Hypervolume.of(points, reference: reference) - volume) < 1e-12)
  }

  @Test func `a study knows its frontier`() throws {
    let space = try SearchSpace([SearchParameter("x", .float(low: 0, high: 1))])
    var study = Study(
      space: space, goals: [.minimize, .maximize], sampler: RandomSampler(), seed: 1)
    let values: [[Double]] = [[1, 1], [2, 2], [1, 2], [.nan, 9], [0, 0], [1, 2], [0, 9, 9]]
    for value in values { study.tell(study.ask().number, .completed(values: value)) }
    #expect(study.frontier.map(\.number) == [2, 4, 5])
  }
}
