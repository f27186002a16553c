import Testing

@testable import Training

struct FitBudgetTests {
  private func budget(_ milliseconds: [Double], leftMs: Double?) -> FitBudget {
    FitBudget(
      milliseconds: milliseconds, weights: [0.6, 0.1, 0.3], rowCount: 1_000_000,
      trialRowCount: 250_000, leftMs: leftMs)
  }

  @Test func `without a bound, or with time enough, all members get all rows`() {
    for left in [nil, 30_000, 28_000] as [Double?] {
      let budget = budget([10_000, 10_000, 10_000], leftMs: left)
      #expect(budget.members == [0, 1, 2])
      #expect(budget.rowCount == 1_000_000)
    }
  }

  @Test func `rows go first, down to those of a trial`() {
    let budget = budget([10_000, 10_000, 10_000], leftMs: 15_000)
    #expect(budget.members == [0, 1, 2])
    #expect(budget.rowCount == 500_000)
  }

  @Test func `then the lightest members go`() {
    let budget = budget([10_000, 10_000, 10_000], leftMs: 5_500)
    #expect(budget.members == [0, 2])
    #expect(budget.rowCount == 275_000)
  }

  @Test func `one model is fitted on as many rows as a trial, however late it is`() {
    let budget = budget([10_000, 10_000, 10_000], leftMs: -3_000)
    #expect(budget.members == [0])
    #expect(budget.rowCount == 250_000)
  }
}
