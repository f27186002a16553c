/// Where the trials of a search lie and how good they were, for each group of parameters.
///
/// A trial's point never changes, nor what became of it once it has ended: each asking adds what is new.
struct PlaceTable: Sendable {
  /// In the order in which parameters are chosen.
  private(set) var groups: [GroupRecord]
  /// Trials that have ended, whether or not their values are of use.
  private var endedCount = 0
  /// How many of them each bracket stopped.
  private var stoppedCounts: [Int]
  /// Where the space is countable and small, the ended points with the last bracket that learned from them.
  private var tried: [SearchPoint: Int] = [:]
  private let isCountable: Bool
  private let space: SearchSpace
  private let goals: [OptimizationGoal]
  private let seed: UInt64
  private let sampler: TPESampler
  private var count = 0
  private var last: SearchPoint?
  /// Places in the history of the trials that had not ended at the last asking.
  private var running: [Int] = []

  private init(_ history: SearchHistory, _ groups: [ParameterGroup], sampler: TPESampler) {
    space = history.space
    goals = history.goals
    seed = history.seed
    self.sampler = sampler
    isCountable = history.space.pointCount != nil
    let brackets = sampler.brackets?.bracketCount ?? 1
    stoppedCounts = [Int](repeating: 0, count: brackets)
    self.groups = groups.map { GroupRecord($0, space: history.space, brackets: brackets) }
  }

  /// How many trials have ended from which a bracket learns.
  func endedCount(for bracket: Int) -> Int { endedCount - stoppedCounts[..<bracket].reduce(0, +) }

  /// Whether a point was tried to its end, and not given up by a bracket with less patience than this one.
  func hasTried(_ point: SearchPoint, for bracket: Int) -> Bool {
    isCountable && tried[point, default: -1] >= bracket
  }

  /// The points of the trials that run, where the space is countable and small.
  func pending(in history: SearchHistory) -> Set<SearchPoint> {
    isCountable ? Set(running.map { history.trials[$0].point }) : []
  }

  /// The table of a history's trials, made longer from the one that the memory holds, which keeps it.
  static func of(
    _ history: SearchHistory, _ groups: [ParameterGroup], sampler: TPESampler,
    memory: inout SamplerMemory
  ) -> PlaceTable {
    var table = PlaceTable(history, groups, sampler: sampler)
    if let earlier = memory.content as? PlaceTable,
      earlier.fits(history, groups, sampler: sampler)
    {
      table = earlier
    }
    memory.content = nil
    table.extend(by: history)
    memory.content = table
    return table
  }

  private mutating func extend(by history: SearchHistory) {
    let pending = running + (count..<history.trials.count)
    for trial in history.trials[count...] {
      for group in groups.indices { groups[group].append(trial.point, at: count) }
      last = trial.point
      count += 1
    }
    running.removeAll(keepingCapacity: true)
    for index in pending {
      guard history.trials[index].state.isFinished else {
        running.append(index)
        continue
      }
      let trial = history.trials[index]
      // A bracket that stops trials early tells more patient ones nothing.
      var bracket: Int?
      if case .pruned = trial.state {
        let own = sampler.brackets?.bracket(of: trial.number) ?? 0
        bracket = own
        stoppedCounts[own] += 1
      }
      endedCount += 1
      if isCountable {
        tried[trial.point] = max(bracket ?? .max, tried[trial.point, default: -1])
      }
      let rank = history.goals.count == 1 ? history.rank(index) : nil
      for group in groups.indices {
        groups[group].noteEnd(of: index, rank: rank, stoppedBy: bracket, most: sampler.mostGood)
      }
    }
    for group in groups.indices { groups[group].prepareKernels(for: sampler) }
  }

  private func fits(
    _ history: SearchHistory, _ groups: [ParameterGroup], sampler: TPESampler
  ) -> Bool {
    guard seed == history.seed, count <= history.trials.count, space == history.space,
      goals == history.goals, sampler == self.sampler,
      self.groups.map(\.group.members) == groups.map(\.members)
    else { return false }
    return count == 0 || history.trials[count - 1].point == last
  }
}

/// The trials in which the parameters of a group exist.
struct GroupRecord: Sendable {
  let group: ParameterGroup
  let parameters: [SearchParameter]
  /// Where they lie, a column for each parameter, a row for each trial.
  private(set) var columns: [[Double]]
  /// Each row's place in the history, rising.
  private(set) var indices: [Int] = []
  private var endedCount = 0
  /// For each bracket the rows of the trials that it stopped.
  private var stopped: [[Int]]
  /// For each bracket the best of the ended trials from which it learns, best first; with several goals none.
  private var leaders: [[RankedTrial]]
  /// What the kernels of all rows have in common, for as many points as the first bracket's trials that are not good.
  private(set) var kernels: ParzenEstimator.KernelTable

  init(_ group: ParameterGroup, space: SearchSpace, brackets: Int) {
    self.group = group
    parameters = group.members.map { space.parameters[$0] }
    columns = parameters.map { _ in [] }
    stopped = [[Int]](repeating: [], count: brackets)
    leaders = [[RankedTrial]](repeating: [], count: brackets)
    kernels = ParzenEstimator.KernelTable(domains: parameters.map(\.domain))
  }

  /// How many trials have ended from which a bracket learns.
  func endedCount(for bracket: Int) -> Int {
    endedCount - stopped[..<bracket].reduce(0) { $0 + $1.count }
  }

  /// Rows from which a bracket does not learn.
  func ignored(by bracket: Int) -> [Int] { Array(stopped[..<bracket].joined()) }

  /// Places in the history of the trials that count as good, best first.
  func good(for bracket: Int, of sampler: TPESampler, in history: SearchHistory) -> [Int] {
    let count = goodCount(for: bracket, of: sampler)
    if history.goals.count == 1 { return leaders[bracket].prefix(count).map(\.index) }
    let ignored = Set(ignored(by: bracket))
    let known = indices.indices.filter { !ignored.contains($0) }
    return history.best(count, of: known.map { indices[$0] })
  }

  private func goodCount(for bracket: Int, of sampler: TPESampler) -> Int {
    let share = sampler.goodShare * Double(endedCount(for: bracket))
    return min(max(Int(share.rounded(.up)), 1), sampler.mostGood)
  }

  /// The row of a trial, by its place in the history.
  func row(of index: Int) -> Int? {
    var (low, high) = (0, indices.count)
    while low < high {
      let middle = (low + high) / 2
      if indices[middle] < index { low = middle + 1 } else { high = middle }
    }
    return low < indices.count && indices[low] == index ? low : nil
  }

  fileprivate mutating func append(_ point: SearchPoint, at index: Int) {
    let places = parameters.map { point[$0.name].map($0.domain.place) ?? .nan }
    guard !places.contains(where: \.isNaN) else { return }
    for (column, place) in places.enumerated() { columns[column].append(place) }
    indices.append(index)
  }

  fileprivate mutating func noteEnd(
    of index: Int, rank: RankedTrial?, stoppedBy bracket: Int?, most: Int
  ) {
    guard let row = row(of: index) else { return }
    endedCount += 1
    if let bracket { stopped[bracket].append(row) }
    guard let rank else { return }
    for learner in leaders.indices where bracket.map({ $0 >= learner }) ?? true {
      leaders[learner].take(rank, most: most)
    }
  }

  fileprivate mutating func prepareKernels(for sampler: TPESampler) {
    let good = min(goodCount(for: 0, of: sampler), leaders[0].count)
    kernels.update(
      columns, pointCount: indices.count - good, kernelWidth: sampler.kernelWidth)
  }
}
