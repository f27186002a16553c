/// Where the trials of a search lie and how good they were, for each group of parameters.
///
/// A trial's point never changes, nor what became of it once it has ended: each asking adds what is new.
struct PlaceTable: Sendable {
  /// In the order in which parameters are chosen.
  private(set) var groups: [GroupRecord]
  /// Trials that have ended, whether or not their values are of use.
  private(set) var endedCount = 0
  /// The points themselves, where the space is countable and small.
  private(set) var tried: Set<SearchPoint> = []
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
    self.groups = groups.map { GroupRecord($0, space: history.space) }
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
      if isCountable { tried.insert(trial.point) }
      last = trial.point
      count += 1
    }
    running.removeAll(keepingCapacity: true)
    for index in pending {
      guard history.trials[index].state.isFinished else {
        running.append(index)
        continue
      }
      endedCount += 1
      let rank = history.goals.count == 1 ? history.rank(index) : nil
      for group in groups.indices {
        groups[group].noteEnd(of: index, rank: rank, most: sampler.mostGood)
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
  private(set) var endedCount = 0
  /// The best of those that have ended, best first; with several goals none.
  private(set) var leaders: [RankedTrial] = []
  /// What the kernels of all rows have in common, as the trials that are not among the best need them.
  private(set) var kernels: ParzenEstimator.KernelTable

  init(_ group: ParameterGroup, space: SearchSpace) {
    self.group = group
    parameters = group.members.map { space.parameters[$0] }
    columns = parameters.map { _ in [] }
    kernels = ParzenEstimator.KernelTable(domains: parameters.map(\.domain))
  }

  /// How many of the best count as good.
  func goodCount(for sampler: TPESampler) -> Int {
    let wanted = Int((sampler.goodShare * Double(endedCount)).rounded(.up))
    return min(max(wanted, 1), sampler.mostGood)
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

  fileprivate mutating func noteEnd(of index: Int, rank: RankedTrial?, most: Int) {
    guard row(of: index) != nil else { return }
    endedCount += 1
    if let rank { leaders.take(rank, most: most) }
  }

  fileprivate mutating func prepareKernels(for sampler: TPESampler) {
    let others = indices.count - min(goodCount(for: sampler), leaders.count)
    kernels.update(columns, pointCount: others, kernelWidth: sampler.kernelWidth)
  }
}
