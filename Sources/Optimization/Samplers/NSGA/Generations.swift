/// Who of a population is left after the generations that have ended.
///
/// A generation is the next so many trials in number order. It counts when all of them have ended, so the
/// order in which they end does not matter.
struct Generations: Sendable {
  private let seed: UInt64
  private let size: Int
  private var used = 0
  /// Places of the survivors' trials, as the last selection left them.
  private(set) var survivors: [Int] = []

  /// Those that are remembered of this search, else none.
  init(_ memory: SamplerMemory, of history: SearchHistory, size: Int) {
    if let known = memory.content as? Generations, known.seed == history.seed, known.size == size,
      known.used <= history.trials.count
    {
      self = known
    } else {
      (seed, self.size) = (history.seed, size)
    }
  }

  /// How many trials the generations have that count.
  static func trials(_ history: SearchHistory, size: Int) -> Int {
    var generations = Generations(SamplerMemory(), of: history, size: size)
    generations.advance(history) { candidates, _ in candidates }
    return generations.used
  }

  /// Lets the generations count that have ended since.
  ///
  /// - Parameter select: those who survive among some places, after so many trials.
  mutating func advance(
    _ history: SearchHistory, select: (_ candidates: [Int], _ used: Int) -> [Int]
  ) {
    while used + size <= history.trials.count {
      let block = used..<(used + size)
      guard history.trials[block].allSatisfy(\.state.isFinished) else { return }
      used = block.upperBound
      survivors = select(survivors + block, used)
    }
  }
}
