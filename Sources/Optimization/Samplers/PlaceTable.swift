/// Where the trials of a search lie, a column for each parameter; NaN where it is inactive.
///
/// A trial's point never changes, so rows are only ever added.
struct PlaceTable: Sendable {
  private(set) var columns: [[Double]]
  private(set) var count = 0
  /// The points themselves, where the space is countable and small.
  private(set) var tried: Set<SearchPoint> = []
  private let isCountable: Bool
  private let space: SearchSpace
  private let seed: UInt64
  private var last: SearchPoint?

  private init(_ history: SearchHistory) {
    space = history.space
    seed = history.seed
    isCountable = history.space.pointCount != nil
    columns = history.space.parameters.map { _ in [] }
  }

  /// The table of a history's trials, made longer from the one that the memory holds.
  static func of(_ history: SearchHistory, memory: inout SamplerMemory) -> PlaceTable {
    var table = PlaceTable(history)
    if let earlier = memory.content as? PlaceTable, earlier.fits(history) { table = earlier }
    memory.content = nil
    for trial in history.trials[table.count...] {
      for (place, parameter) in history.space.parameters.enumerated() {
        table.columns[place].append(
          trial.point[parameter.name].map(parameter.domain.place) ?? .nan)
      }
      if table.isCountable { table.tried.insert(trial.point) }
      table.last = trial.point
    }
    table.count = history.trials.count
    memory.content = table
    return table
  }

  private func fits(_ history: SearchHistory) -> Bool {
    guard seed == history.seed, count <= history.trials.count, space == history.space else {
      return false
    }
    return count == 0 || history.trials[count - 1].point == last
  }
}
