import Optimization

/// Chooses models and weights whose mean prediction is better than the best model alone.
///
/// Ensemble selection from libraries of models (Caruana, Niculescu-Mizil, Crew & Ksikes 2004):
/// starting with the best model, the model that helps most is added, again and again, with
/// replacement; how often each was taken is its weight. It ends where nothing helps.
struct GreedyEnsemble: Sendable {
  struct Candidate: Sendable {
    var predictions: [Double]
    /// Milliseconds that it adds to one row's prediction.
    var latencyMs: Double
  }

  /// Most different members.
  static let mostMembers = 5
  /// Most additions.
  var additions = 30
  /// An addition must better the score by this share of it: less is the noise of validation rows.
  var leastGain = 1e-5

  var goal: OptimizationGoal
  var latencyBoundMs: Double

  /// The chosen candidates and their weights, which add up to 1, heaviest first.
  func choose(
    from candidates: [Candidate], score: ([Double]) -> Double
  ) -> [(candidate: Int, weight: Double)] {
    let alone = candidates.map { score($0.predictions) }
    // A candidate over the bound serves only where every one is.
    let within = candidates.indices.filter { candidates[$0].latencyMs <= latencyBoundMs }
    let allowed = within.isEmpty ? Array(candidates.indices) : within
    guard
      let first = allowed.min(by: { goal.loss(of: alone[$0]) < goal.loss(of: alone[$1]) })
    else { return [] }

    var counts = [first: 1]
    var sum = candidates[first].predictions
    var best = alone[first]
    for size in 1...additions {
      let latency = counts.keys.reduce(0) { $0 + candidates[$1].latencyMs }
      var choice: (candidate: Int, score: Double)?
      for candidate in allowed {
        let isNew = counts[candidate] == nil
        if isNew, counts.count >= Self.mostMembers { continue }
        if isNew, latency + candidates[candidate].latencyMs > latencyBoundMs { continue }
        let share = 1 / Double(size + 1)
        let predictions = candidates[candidate].predictions
        let mixed = sum.indices.map { (sum[$0] + predictions[$0]) * share }
        let reached = score(mixed)
        if choice.map({ goal.isBetter(reached, than: $0.score) }) ?? true {
          choice = (candidate, reached)
        }
      }
      guard let choice else { break }
      let gain = goal.loss(of: best) - goal.loss(of: choice.score)
      guard gain > leastGain * abs(best) else { break }
      counts[choice.candidate, default: 0] += 1
      let predictions = candidates[choice.candidate].predictions
      for place in sum.indices { sum[place] += predictions[place] }
      best = choice.score
    }
    let total = Double(counts.values.reduce(0, +))
    return counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
      .map { ($0.key, Double($0.value) / total) }
  }
}
