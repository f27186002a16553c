import Testing

@testable import Optimization

struct RepeatedValuesTests {
  private static func values(_ numbers: [Double]) -> RepeatedValues {
    var values = RepeatedValues()
    for number in numbers { values.add([number]) }
    return values
  }

  struct Quantile: Sendable {
    var t: Double
    var degrees: Int
    var share: Double
  }

  /// Tables of Student's distribution, such as R's `qt(0.99, df)`; the last two are exact.
  static let quantiles = [
    Quantile(t: 31.820515953773958, degrees: 1, share: 0.01),
    Quantile(t: 6.964556734283274, degrees: 2, share: 0.01),
    Quantile(t: 4.540702858698419, degrees: 3, share: 0.01),
    Quantile(t: 3.3649299989072743, degrees: 5, share: 0.01),
    Quantile(t: 2.763769458112696, degrees: 10, share: 0.01),
    Quantile(t: 2.3642173662384813, degrees: 100, share: 0.01),
    Quantile(t: 0, degrees: 4, share: 0.5), Quantile(t: -1, degrees: 1, share: 0.75),
  ]

  @Test(arguments: quantiles)
  func `shares of Student's distribution are those of the tables`(quantile: Quantile) {
    let share = StudentDistribution.share(above: quantile.t, degrees: quantile.degrees)
    #expect(abs(share - quantile.share) < 1e-12)
    #expect(StudentDistribution.share(above: .infinity, degrees: quantile.degrees) == 0)
  }

  @Test func `several measurements have a mean and its standard error`() {
    var values = Self.values([1, 2, 3, 6])
    #expect(values.means == [3])
    // The variance is 14/3, with n - 1.
    #expect(abs(values.standardErrors[0] - (14.0 / 12).squareRoot()) < 1e-12)
    values = RepeatedValues()
    #expect(values.means.isEmpty && values.standardErrors.isEmpty)
    values.add([1, 10])
    #expect(values.standardErrors == [0, 0])
    values.add([3, 20])
    #expect(values.means == [2, 15] && values.standardErrors == [1, 5])
  }

  @Test func `what is clearly worse than the best is told, and nothing else`() throws {
    func verdict(_ numbers: [Double], best: Double, goal: OptimizationGoal = .minimize) -> String? {
      Self.values(numbers).verdict(against: best, goal: goal, repeats: 5)
    }
    // One measurement says nothing, two only where they nearly agree.
    #expect(verdict([9], best: 1) == nil)
    #expect(verdict([9, 8], best: 1) == nil)
    let words = try #require(verdict([9.01, 8.99], best: 1))
    #expect(words.hasPrefix("after 2 of 5 measurements it had 9 ± 0.01, clearly worse"))
    #expect(verdict([9, 8, 8.5], best: 1) != nil)
    #expect(verdict([1.2, 0.9, 1.1], best: 1) == nil)
    // Better is never worse, whatever is good.
    #expect(verdict([0, 0, 0], best: 1) == nil)
    #expect(verdict([0, 0, 0], best: 1, goal: .maximize) != nil)
    // Without noise a little is clear.
    #expect(verdict([1.001, 1.001], best: 1) != nil)
    #expect(verdict([1, 1], best: 1) == nil)
    // All measurements are there: it has its value.
    #expect(verdict([9, 9, 9, 9, 9], best: 1) == nil)
    var several = RepeatedValues()
    for _ in 0..<3 { several.add([9, 9]) }
    #expect(several.verdict(against: 1, goal: .minimize, repeats: 5) == nil)
  }
}
