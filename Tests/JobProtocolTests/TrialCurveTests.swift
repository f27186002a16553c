import JobProtocol
import Testing

@Suite struct TrialCurveTests {
  @Test(arguments: [0, 1, 2, 39, 40, 41, 79, 1_000, 4_001])
  func `a curve of any length has few points, with both ends and those to keep`(count: Int) {
    let all = (0..<count).map { Double($0) }
    let best = max(1, count / 3)
    let curve = TrialCurve(metric: "rmse", ofEveryStep: all, keeping: [best])
    #expect(curve.steps.count == curve.values.count)
    #expect(curve.steps.count <= TrialCurve.mostPoints)
    #expect(zip(curve.steps, curve.values).allSatisfy { Double($0 - 1) == $1 })
    guard count > 0 else { return }
    #expect(curve.steps.first == 1)
    #expect(curve.steps.last == count)
    #expect(curve.steps.contains(best))
    #expect(curve.steps == curve.steps.sorted())
  }
}
