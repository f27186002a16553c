import Testing

@testable import Experimentation

struct CurveSamplerTests {
  private func sample(_ values: [Double], to limit: Int) -> [MetricPoint] {
    var sampler = CurveSampler(count: values.count, limit: limit)
    for (step, value) in values.enumerated() {
      sampler.add(MetricPoint(key: "m", value: value, step: Int64(step), timestampMs: 0))
    }
    return sampler.finish()
  }

  @Test func `a short curve stays whole`() {
    #expect(sample([3, 1, 2], to: 3).map(\.value) == [3, 1, 2])
    #expect(sample([], to: 3).isEmpty)
  }

  @Test(arguments: [
    (1, [9]), (2, [0, 9]), (3, [0, 4, 9]), (4, [0, 3, 6, 9]), (5, [0, 2, 4, 6, 9]),
    (7, [0, 2, 4, 6, 7, 8, 9]),
  ])
  func `a curve without peaks keeps the points that MLflow's server keeps`(
    limit: Int, steps: [Int64]
  ) {
    #expect(sample([Double](repeating: 10, count: 10), to: limit).map(\.step) == steps)
    #expect(sample((0..<10).map(Double.init), to: limit).map(\.step) == steps)
  }

  @Test(arguments: [2, 10, 37, 500])
  func `a long curve keeps its ends, every peak and the order`(limit: Int) {
    var values = (0..<10_000).map { Double($0 % 7) }
    values[4_321] = 1_000
    values[7_654] = -1_000
    values[5_000] = .nan
    let points = sample(values, to: limit)
    #expect(points.count <= 3 * limit)
    #expect(points.first?.step == 0)
    #expect(points.last?.step == 9_999)
    #expect(points.contains { $0.value == 1_000 })
    #expect(points.contains { $0.value == -1_000 })
    #expect(points.map(\.step) == points.map(\.step).sorted())
  }
}
