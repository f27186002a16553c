import JobProtocol
import Testing

@testable import Optimization

/// Whom successive halving stops, and who is due to be trained again.
struct RungTableTests {
  static let pruner = SuccessiveHalvingPruner(minimumSteps: 3, isStrict: true)

  static func table(_ goal: OptimizationGoal = .minimize) -> RungTable {
    RungTable(pruner: pruner, goal: goal, steps: 81)
  }

  /// Reports a value; returns whether the pruner stops the trial.
  @discardableResult
  static func report(
    _ table: inout RungTable, _ number: Int, _ step: Int, _ value: Double
  ) -> Bool {
    let moment = table.moment(of: number, step: step, value: value)
    let isStopped = moment.map(pruner.shouldPrune) ?? false
    table.note(number, step: step, value: value, isStopped: isStopped)
    return isStopped
  }

  static func again(_ trial: Int, rung: Int, number: Int) -> Trial {
    Trial(
      number: number, point: SearchPoint(), state: .running,
      promotion: TrialPromotion(trial: trial, rung: rung, better: 0, seen: 3))
  }

  @Test(arguments: OptimizationGoal.allCases)
  func `a stopped trial is due once it is among the best third of its rung`(
    goal: OptimizationGoal
  ) {
    let sign = goal == .minimize ? 1.0 : -1.0
    var table = Self.table(goal)
    #expect(!Self.report(&table, 0, 3, sign * 5))
    #expect(!Self.report(&table, 1, 3, sign * 4))
    #expect(Self.report(&table, 2, 3, sign * 4.5))
    for number in 3...4 { #expect(Self.report(&table, number, 3, sign * 6)) }
    #expect(table.promotion { _ in true } == nil)
    #expect(Self.report(&table, 5, 3, sign * 7))
    #expect(
      table.promotion { _ in true } == TrialPromotion(trial: 2, rung: 3, better: 1, seen: 6))
    // One that still runs is not due, and no other one is.
    #expect(table.promotion { $0 != 2 } == nil)
  }

  @Test func `the furthest rung comes first, and of equals the earlier trial`() {
    var table = Self.table()
    for number in 0..<9 { Self.report(&table, number, 3, number == 1 ? 1 : 2) }
    for (number, value) in [(20, 3.0), (21, 4), (22, 4), (23, 5), (24, 5), (25, 5)] {
      table.note(number, step: 3, value: 0.5, isStopped: false)
      Self.report(&table, number, 9, value)
    }
    #expect(table.promotion { _ in true }?.trial == 21)
    #expect(table.promotion { _ in true }?.rung == 9)
  }

  @Test func `what is no number is never due`() {
    var table = Self.table()
    for number in 0..<9 { #expect(Self.report(&table, number, 3, .nan)) }
    #expect(Self.report(&table, 9, 3, .infinity))
    #expect(table.promotion { _ in true } == nil)
    #expect(!Self.report(&table, 10, 3, -.infinity))
  }

  @Test func `who is trained again is judged at rungs beyond, and is not due again`() {
    var table = Self.table()
    for (number, value) in [5.0, 4, 4.5, 6, 6, 7].enumerated() {
      Self.report(&table, number, 3, value)
    }
    table.begin(Self.again(2, rung: 3, number: 6))
    #expect(table.promotion { _ in true } == nil)
    // Worse this time: its first training's value stands there.
    #expect(table.moment(of: 6, step: 3, value: 100) == nil)
    Self.report(&table, 6, 3, 100)
    #expect(!Self.report(&table, 0, 9, 5))
    #expect(!Self.report(&table, 1, 9, 4))
    #expect(table.moment(of: 6, step: 9, value: 6)?.peers.count == 2)
    #expect(Self.report(&table, 6, 9, 6))
    #expect(table.moment(of: 7, step: 3, value: 1)?.peers.map(\.number) == [0, 1, 2, 3, 4, 5])
    // At the next rung it may be due once more.
    for number in 8..<17 {
      table.note(number, step: 3, value: 0.1, isStopped: false)
      Self.report(&table, number, 9, 8)
    }
    let next = table.promotion { _ in true }
    #expect(next?.trial == 6)
    #expect(next?.rung == 9)
  }

  @Test func `a value that is no number stops a second training, too`() {
    var table = Self.table()
    table.begin(Self.again(2, rung: 27, number: 6))
    #expect(Self.report(&table, 6, 9, .nan))
  }

  @Test func `who went on though it was told to stop is not due where it was stopped`() {
    var table = Self.table()
    for (number, value) in [5.0, 4, 4.5, 6, 6].enumerated() {
      Self.report(&table, number, 3, value)
    }
    #expect(!Self.report(&table, 2, 9, 4))
    Self.report(&table, 5, 3, 7)
    #expect(table.promotion { _ in true } == nil)
  }

  @Test func `what a trial reported is forgotten when it begins anew`() {
    var table = Self.table()
    for (number, value) in [5.0, 4, 4.5, 6, 6, 7].enumerated() {
      Self.report(&table, number, 3, value)
    }
    table.forget(2)
    #expect(table.promotion { _ in true } == nil)
    #expect(table.lastStep(of: 2) == 0)
    #expect(table.moment(of: 9, step: 3, value: 1)?.peers.count == 5)
    // It comes once more when five others have been there, and goes on.
    #expect(!Self.report(&table, 2, 4, 4.5))
    #expect(table.promotion { _ in true } == nil)
  }

  @Test func `only successive halving promotes`() {
    for (name, pruner) in PrunerContractTests.pruners {
      let isHalving = pruner is SuccessiveHalvingPruner
      #expect((0..<50).contains { pruner.promotedCount(of: $0) > 0 } == isHalving, "\(name)")
      for seen in 0..<50 {
        #expect((0...seen).contains(pruner.promotedCount(of: seen)))
      }
    }
  }
}
