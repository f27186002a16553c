import JobProtocol

/// A trial with what it is ranked by; smaller is better.
///
/// Completed trials come first, then pruned ones (more steps before fewer), then those that broke a constraint
/// (by how much, after Deb 2000), then the hopeless. Of several goals the loss is the number of the trial's front (see `ParetoOrder`), and of a front
/// the trials that stand alone come first. Ties keep number order.
struct RankedTrial {
  enum Group: Int { case completed, pruned, infeasible, hopeless }

  let group: Group
  let steps: Int
  let loss: Double
  /// Minus the distance to the neighbors of the front; 0 with one goal.
  let closeness: Double
  /// Place in the history.
  let index: Int

  /// Whether it was measured to the end, and is of use.
  var isWhole: Bool { group == .completed || group == .infeasible }

  static func < (left: RankedTrial, right: RankedTrial) -> Bool {
    (left.group.rawValue, left.steps, left.loss, left.closeness, left.index)
      < (right.group.rawValue, right.steps, right.loss, right.closeness, right.index)
  }
}

extension SearchHistory {
  /// The ended trials among those at `indices`, best first.
  func ranked(_ indices: some Sequence<Int>) -> [RankedTrial] {
    let ended = indices.filter { trials[$0].state.isFinished }
    guard goals.count > 1 else { return ended.map(rank).sorted(by: <) }
    let losses = ended.map { self.losses(of: trials[$0]) }
    let complete = losses.compactMap { $0 }
    let order = ParetoOrder(complete)
    var next = 0
    return zip(ended, losses).map { index, losses in
      guard losses != nil else { return rank(index) }
      defer { next += 1 }
      return RankedTrial(
        group: .completed, steps: 0, loss: Double(order.fronts[next]),
        closeness: -order.crowding[next], index: index)
    }.sorted(by: <)
  }

  /// Of the ended trials among those at `indices` the best so many, best first; hopeless ones are left out.
  func best(_ count: Int, of indices: [Int]) -> [Int] {
    guard goals.count == 1 else {
      return ranked(indices).prefix { $0.group != .hopeless }.prefix(count).map(\.index)
    }
    // One pass: sorting all of them would take longer for each the more there are.
    var leaders: [RankedTrial] = []
    for index in indices where trials[index].state.isFinished {
      leaders.take(rank(index), most: count)
    }
    return leaders.map(\.index)
  }

  /// The rank of a trial by its first value.
  func rank(_ index: Int) -> RankedTrial {
    let goal = goals[0]
    func ranked(_ group: RankedTrial.Group, _ steps: Int, _ loss: Double) -> RankedTrial {
      RankedTrial(group: group, steps: steps, loss: loss, closeness: 0, index: index)
    }
    let trial = trials[index]
    switch trial.state {
    case .completed(let values) where trial.isInfeasible:
      let violation = TrialConstraints.violation(of: trial.constraints)
      if !zip(values, goals).contains(where: { $1.loss(of: $0) == .infinity }),
        violation != .infinity
      {
        return ranked(.infeasible, 0, violation)
      }
    case .completed(let values) where goals.count == 1 && values.count == 1:
      let loss = goal.loss(of: values[0])
      if loss != .infinity { return ranked(.completed, 0, loss) }
    case .pruned(let value, let step):
      let loss = goal.loss(of: value)
      if loss != .infinity { return ranked(.pruned, -step, loss) }
    case .completed, .running, .failed: break
    }
    return ranked(.hopeless, 0, .infinity)
  }
}

extension [RankedTrial] {
  /// Takes one in among the best so many, which are sorted; the hopeless never are among them.
  mutating func take(_ one: RankedTrial, most: Int) {
    guard one.group != .hopeless else { return }
    if count == most {
      guard let last, one < last else { return }
      removeLast()
    }
    insert(one, at: firstIndex { one < $0 } ?? endIndex)
  }
}
