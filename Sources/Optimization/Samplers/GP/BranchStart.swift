import Basics

/// Trials that a Gaussian process is given of each branch of a space before it chooses.
///
/// Of parameters that exist under a condition nothing is learned elsewhere. With a bad trial or two it would
/// believe all of a branch to be as bad, and never look there again.
enum BranchStart {
  /// The share of a search that such trials may take.
  private static let mostShare = 0.25
  private static let attempts = 256

  /// Twice what a straight line through a branch has coefficients.
  private static func need(_ group: ParameterGroup) -> Int { 2 * (group.members.count + 1) }

  /// A quasi-random point of the branch that lacks most; nil where each has been seen often enough.
  static func point(
    for history: SearchHistory, using random: inout SeededGenerator
  ) -> SearchPoint? {
    guard let lacking = lacking(history) else { return nil }
    let space = history.space
    let sequence = SobolSequence(seed: random.next())
    for place in 0..<attempts {
      let point = space.point(
        atShares: sequence.point(place, dimensions: space.parameters.count))
      if lacking.isActive(in: point), space.admits(point) { return point }
    }
    return nil
  }

  /// The first parameter of the branch that lacks most.
  static func lacking(_ history: SearchHistory) -> SearchParameter? {
    let most = mostShare * Double(history.budget ?? 100)
    guard Double(history.trials.count) < most else { return nil }
    var found: (parameter: SearchParameter, count: Int)?
    for group in ParameterGroup.of(history.space) where group.condition != nil {
      let parameter = history.space.parameters[group.members[0]]
      let seen = history.trials.count { parameter.isActive(in: $0.point) }
      let count = need(group) - seen
      if count > found?.count ?? 0 { found = (parameter, count) }
    }
    return found?.parameter
  }
}
