import Testing

@testable import Training

struct ResamplingTests {
  @Test(arguments: [10, 11, 57, 400])
  func `folds share the rows out and keep the shares of classes`(rows: Int) {
    let classes = (0..<rows).map { Double($0 % 10 == 0 ? 1 : 0) }
    let plan = ResamplingPlan.crossValidation(
      rowCount: rows, folds: 5, classes: classes, groups: Array(0..<rows), seed: 3)
    #expect(plan.folds.count == 5)
    #expect(plan.validationRows.sorted() == Array(0..<rows))
    for fold in plan.folds {
      #expect((fold.training + fold.validation).sorted() == Array(0..<rows))
      let rare = fold.validation.count { classes[$0] == 1 }
      #expect(abs(Double(rare) - Double(rows) / 50) <= 1)
    }
  }

  @Test func `rows of a group are never parted`() {
    let groups = (0..<100).map { $0 % 7 }
    let plan = ResamplingPlan.crossValidation(
      rowCount: 100, folds: 5, classes: nil, groups: groups, seed: 3)
    for fold in plan.folds {
      let held = Set(fold.validation.map { groups[$0] })
      #expect(held.isDisjoint(with: fold.training.map { groups[$0] }))
      #expect(!fold.training.isEmpty)
    }
  }

  @Test(arguments: [
    ("random test=0.2 validation=0.2 seed=7", ResamplingChoice.Order.none),
    ("group unit test=0.2 validation=0.2 seed=7", .groups(column: "unit")),
    ("group my unit test=own validation=0.2 seed=7", .groups(column: "my unit")),
    ("time day test=0.2 validation=0.2 seed=7", .time),
    ("", .none),
  ])
  func `the split rule tells the order of rows`(rule: String, order: ResamplingChoice.Order) {
    #expect(ResamplingChoice.order(splitRule: rule) == order)
  }
}
