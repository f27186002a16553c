import Basics
import JobProtocol
import Testing

@testable import Optimization

/// Searches beside successive halving, in which stopped trials are trained again.
struct PromotionTests {
  static let space = SamplerCases.space([
    SearchParameter("x", .float(low: 0, high: 1)), SearchParameter("y", .float(low: 0, high: 1)),
  ])

  static let grid = SamplerCases.space([
    SearchParameter("x", .int(low: 0, high: 4)), SearchParameter("y", .int(low: 0, high: 3)),
  ])

  static func study(
    _ space: SearchSpace = space, sampler: any Sampler = TPESampler(),
    pruner: PrunerName = .asha, seed: UInt64 = 4
  ) -> Study {
    Study(
      space: space, goals: [.minimize], sampler: sampler, seed: seed,
      pruner: pruner.pruner(steps: 27), steps: 27)
  }

  /// A loss that falls with the steps; how fast depends on the point, so that short trainings mislead.
  static func loss(_ point: SearchPoint, _ step: Int) -> Double {
    let (x, y) = (point.number("x") ?? 0, point.number("y") ?? 0)
    return (x - 0.3) * (x - 0.3) + y + (1 - y) * 3 / Double(step)
  }

  /// Trains a trial until it is stopped, or to its end.
  static func train(_ trial: Trial, of study: inout Study) {
    for step in 1...27 {
      let value = loss(trial.point, step)
      let moment = study.moment(of: trial.number, step: step, value: value)
      let isStopped = moment.map(study.pruner.shouldPrune) ?? false
      study.note(trial.number, step: step, value: value, isStopped: isStopped)
      if isStopped {
        study.tell(trial.number, .pruned(value: value, step: step))
        return
      }
    }
    study.tell(trial.number, .completed(value: loss(trial.point, 27)))
  }

  /// A search of some trials, so many of them at once.
  static func search(
    _ study: Study = study(), trials: Int, workers: Int = 1, remembers: Bool = true
  ) -> Study {
    var study = study
    while study.trials.count < trials {
      let batch = (0..<workers).map { _ in
        if !remembers { study.forget() }
        return study.ask()
      }
      for trial in batch { train(trial, of: &study) }
    }
    return study
  }

  @Test(arguments: [1, 4])
  func `a trial is trained again once at most, with its own point, further than before`(
    workers: Int
  ) throws {
    let study = Self.search(trials: 200, workers: workers)
    let again = study.trials.filter { $0.promotion != nil }
    #expect(again.count >= 10)
    #expect(Set(again.map { $0.promotion?.trial }).count == again.count)
    for trial in again {
      let promotion = try #require(trial.promotion)
      let first = study.trials[promotion.trial]
      #expect(first.number < trial.number && first.point == trial.point)
      guard case .pruned(_, let step) = first.state else {
        Issue.record("trial \(first.number) was not stopped")
        continue
      }
      #expect(step == promotion.rung)
      #expect(promotion.better < promotion.seen / 3)
      switch trial.state {
      case .pruned(_, let further): #expect(further > step)
      case .completed: break
      case .running, .failed: Issue.record("\(trial.state)")
      }
    }
  }

  @Test(arguments: [1, 3])
  func `searches repeat, and what is remembered changes nothing`(workers: Int) {
    let study = Self.search(trials: 120, workers: workers)
    #expect(Self.search(trials: 120, workers: workers).trials == study.trials)
    #expect(
      Self.search(trials: 120, workers: workers, remembers: false).trials == study.trials)
  }

  @Test func `a sampler sees each point once, with what became of it at last`() {
    let study = Self.search(trials: 150)
    let observed = study.observed.trials
    #expect(observed == study.history.observed.trials)
    #expect(Set(observed.map(\.point)).count == observed.count)
    let again = study.trials.filter { $0.promotion != nil }
    #expect(observed.count == study.trials.count - again.count)
    let replaced = Set(again.compactMap { $0.promotion?.trial })
    #expect(observed.allSatisfy { !replaced.contains($0.number) })
    #expect(study.observed.nextNumber == observed.count)
  }

  @Test func `while a point is trained again, and where that fails, its first trial counts`() throws
  {
    var study = Self.study()
    var trial = study.ask()
    while trial.promotion == nil {
      Self.train(trial, of: &study)
      trial = study.ask()
    }
    let first = try #require(trial.promotion?.trial)
    #expect(study.observed.trials.contains(study.trials[first]))
    #expect(study.observed.trials.allSatisfy { $0.state.isFinished })
    study.tell(trial.number, .failed(message: "no"))
    #expect(study.observed.trials.contains(study.trials[first]))
    // It is not tried a third time.
    for _ in 0..<50 {
      let next = study.ask()
      #expect(next.promotion?.trial != first)
      Self.train(next, of: &study)
    }
  }

  @Test func `initial points and wanted ones come first`() throws {
    let points = (0..<12).map { SearchPoint(["x": .float(Double($0) / 12), "y": .float(0.5)]) }
    var study = Study(
      space: Self.space, goals: [.minimize], sampler: TPESampler(), seed: 1,
      initialPoints: points, pruner: PrunerName.asha.pruner(steps: 27), steps: 27)
    for point in points {
      let trial = study.ask()
      #expect(trial.point == point && trial.promotion == nil)
      Self.train(trial, of: &study)
    }
    var other = study
    #expect(other.ask().promotion != nil)
    #expect(study.ask(points[0]).promotion == nil)
  }

  @Test(
    arguments: [
      (TPESampler(), .hyperband), (TPESampler(), .median), (GridSampler(), .asha),
      (CMAESSampler(), .asha), (NSGA2Sampler(), .asha),
    ] as [(any Sampler, PrunerName)])
  func `other pruners, and samplers whose trials have places, train nothing again`(
    sampler: any Sampler, pruner: PrunerName
  ) {
    let study = Self.search(Self.study(Self.grid, sampler: sampler, pruner: pruner), trials: 90)
    #expect(study.trials.allSatisfy { $0.promotion == nil })
  }

  @Test(arguments: [TPESampler(), RandomSampler(), SobolSampler()] as [any Sampler])
  func `a countable space that is used up keeps giving points, and none that is done`(
    sampler: any Sampler
  ) {
    let study = Self.search(Self.study(Self.grid, sampler: sampler), trials: 120)
    var completed: Set<SearchPoint> = []
    for trial in study.trials {
      if trial.promotion != nil { #expect(!completed.contains(trial.point)) }
      if case .completed = trial.state { completed.insert(trial.point) }
    }
    #expect(study.trials.contains { $0.promotion != nil })
  }

  @Test func `with branches, a point is trained again with the parameters that it has`() {
    let space = SamplerCases.space([
      SearchParameter("kind", .categorical(["a", "b"])),
      SearchParameter("x", .float(low: 0, high: 1), when: .init(parent: "kind", values: ["a"])),
      SearchParameter("y", .float(low: 0, high: 1)),
    ])
    let study = Self.search(Self.study(space), trials: 100)
    let again = study.trials.filter { $0.promotion != nil }
    #expect(!again.isEmpty)
    #expect(again.allSatisfy { space.contains($0.point) })
  }
}
