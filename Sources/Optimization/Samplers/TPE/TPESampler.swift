public import Basics

/// The tree-structured Parzen estimator: prefers points that are likely among good trials and unlikely among the others.
///
/// Bergstra, Bardenet, Bengio & Kégl 2011 ("Algorithms for hyper-parameter optimization") and
/// Bergstra, Yamins & Cox 2013, in the multivariate form of Falkner, Klein & Hutter 2018 (BOHB):
/// one kernel a trial over all parameters that exist together, so that what goes well together
/// stays together; what depends on a condition learns from the trials in which it existed. Trials
/// are split into the best share γ and the rest; candidates drawn from the density l of the good
/// ones are ranked by l/g. Trials that still run count as bad (constant liar; Ginsbourger et
/// al. 2010), so that parallel askings differ. With several goals trials are ranked by front and
/// crowding (after Ozaki et al. 2020). A point of a countable space is not tried twice while
/// another is found.
public struct TPESampler: Sampler {
  /// Trials that must have ended before the estimator replaces random search.
  public var startupTrials: Int
  /// Candidates drawn for each asking.
  public var candidates: Int
  /// γ: share of the ended trials that counts as good.
  public var goodShare: Double
  /// Most trials that count as good.
  public var mostGood: Int
  /// Width of a number's kernel in shares of its range, while a density has one point.
  ///
  /// Wide kernels search near good points as if by chance; narrow ones leave a valley late.
  public var kernelWidth: Double
  /// Points composed in search of one that keeps the rules and is new.
  private static let attempts = 16

  /// Takes the settings; the defaults suit tens to hundreds of trials.
  public init(
    startupTrials: Int = 10, candidates: Int = 24, goodShare: Double = 0.1, mostGood: Int = 25,
    kernelWidth: Double = 0.07
  ) {
    self.startupTrials = startupTrials
    self.candidates = candidates
    self.goodShare = goodShare
    self.mostGood = mostGood
    self.kernelWidth = max(kernelWidth, 0.001)
  }

  /// The most promising of the candidates drawn from the good trials' density.
  public func point(
    for history: SearchHistory, memory: inout SamplerMemory, using random: inout SeededGenerator
  ) -> SearchPoint {
    let ended = history.trials.count(where: \.state.isFinished)
    guard ended >= max(startupTrials, 2) else {
      return RandomSampler.point(of: history.space, using: &random)
    }
    let table = PlaceTable.of(history, memory: &memory)
    let space = history.space
    var groups = ParameterGroup.of(space).map { group in
      GroupModel(group, space: space, table: table)
    }
    let tried = table.tried
    var last = SearchPoint()
    for _ in 0..<Self.attempts {
      last = SearchPoint()
      for place in groups.indices {
        guard groups[place].isActive(in: last) else { continue }
        groups[place].choose(for: self, history: history, into: &last, using: &random)
      }
      if space.admits(last), !tried.contains(last) { return last }
    }
    for _ in 0..<Self.attempts where !tried.isEmpty {
      let point = RandomSampler.point(of: space, using: &random)
      if !tried.contains(point) { return point }
    }
    return space.allowed(last)
  }
}

extension TPESampler {
  /// Gives some parameters of a point their values, given those that it has.
  ///
  /// For samplers that know numbers only. The parameters hold the parents of all that depend on
  /// one of them; rules are not considered.
  func fill(
    _ members: [Int], of point: inout SearchPoint, for history: SearchHistory,
    memory: inout SamplerMemory, using random: inout SeededGenerator
  ) {
    guard !members.isEmpty else { return }
    let ended = history.trials.count(where: \.state.isFinished)
    let table = ended < 2 ? nil : PlaceTable.of(history, memory: &memory)
    for group in ParameterGroup.of(history.space, members: members) {
      let parameters = group.members.map { history.space.parameters[$0] }
      guard parameters[0].isActive(in: point) else { continue }
      if let table {
        var model = GroupModel(group, space: history.space, table: table)
        model.choose(for: self, history: history, into: &point, using: &random)
      } else {
        for parameter in parameters {
          point[parameter.name] = RandomSampler.value(of: parameter.domain, using: &random)
        }
      }
    }
  }
}

/// What is known about one group of parameters; the densities are made when they are first needed.
private struct GroupModel {
  private let parameters: [SearchParameter]
  private let columns: [[Double]]
  private let isConditional: Bool
  private var densities: Densities?
  private var isLearned = false

  struct Densities {
    var good: ParzenEstimator
    var bad: ParzenEstimator
    /// The good trials' places in the history, best first.
    var leaders: [Int]
    var otherCount: Int
  }

  init(_ group: ParameterGroup, space: SearchSpace, table: PlaceTable) {
    parameters = group.members.map { space.parameters[$0] }
    columns = group.members.map { table.columns[$0] }
    isConditional = group.condition != nil
  }

  /// All of a group's parameters exist or none does.
  func isActive(in point: SearchPoint) -> Bool { parameters[0].isActive(in: point) }

  /// Adds the group's values to a point.
  mutating func choose(
    for sampler: TPESampler, history: SearchHistory, into point: inout SearchPoint,
    using random: inout SeededGenerator
  ) {
    if !isLearned {
      isLearned = true
      densities = learn(for: sampler, history)
    }
    guard let densities else {
      for parameter in parameters {
        point[parameter.name] = RandomSampler.value(of: parameter.domain, using: &random)
      }
      return
    }
    var best: (values: [ParameterValue], score: Double)?
    for _ in 0..<max(sampler.candidates, 1) {
      let values = densities.good.draw(using: &random)
      let places = zip(parameters, values).map { $0.domain.place(of: $1) }
      let good = densities.good.logDensity(at: places)
      // Only a candidate that is better than the best so far needs its density among the others to the end.
      let bound = best.map { good - $0.score } ?? .infinity
      guard let bad = densities.bad.logDensity(at: places, below: bound) else { continue }
      best = (values, good - bad)
    }
    for (parameter, value) in zip(parameters, best?.values ?? []) { point[parameter.name] = value }
  }

  /// The densities of the good trials and of the others; nil while too few trials have ended.
  func learn(for sampler: TPESampler, _ history: SearchHistory) -> Densities? {
    let present = history.trials.indices.filter { index in
      !columns.contains { $0[index].isNaN }
    }
    let ended = present.count { history.trials[$0].state.isFinished }
    let enough = isConditional ? sampler.startupTrials / 2 : sampler.startupTrials
    guard ended >= max(enough, 2) else { return nil }
    let wanted = Int((sampler.goodShare * Double(ended)).rounded(.up))
    let leaders = history.best(min(max(wanted, 1), sampler.mostGood), of: present)
    guard !leaders.isEmpty else { return nil }
    var toSkip = leaders.sorted()[...]
    let others = present.filter { index in
      guard index == toSkip.first else { return true }
      toSkip.removeFirst()
      return false
    }
    func estimator(_ indices: [Int]) -> ParzenEstimator {
      ParzenEstimator(
        domains: parameters.map(\.domain),
        columns: columns.map { column in indices.map { column[$0] } },
        kernelWidth: sampler.kernelWidth)
    }
    return Densities(
      good: estimator(leaders), bad: estimator(others), leaders: leaders, otherCount: others.count)
  }

  /// How a point's values lie in the densities; nil where they are not known.
  func preference(
    for point: SearchPoint, sampler: TPESampler, _ history: SearchHistory
  ) -> TPEPreference? {
    guard let densities = learn(for: sampler, history) else { return nil }
    let values = parameters.compactMap { point[$0.name] }
    guard values.count == parameters.count else { return nil }
    let places = zip(parameters, values).map { $0.domain.place(of: $1) }
    return TPEPreference(
      parameters: parameters.map(\.name),
      logRatio: densities.good.logDensity(at: places) - densities.bad.logDensity(at: places),
      leaders: densities.leaders.map { history.trials[$0].number },
      otherCount: densities.otherCount)
  }
}

/// Why TPE prefers the values of parameters that exist together.
struct TPEPreference: Equatable {
  var parameters: [String]
  /// The logarithm of how much more likely they are among the good trials than among the others.
  var logRatio: Double
  /// Numbers of the good trials, best first.
  var leaders: [Int]
  var otherCount: Int
}

extension TPESampler {
  /// How likely a point's values are among good trials and among others, for each group of parameters that has learned.
  func preferences(for point: SearchPoint, in history: SearchHistory) -> [TPEPreference] {
    let ended = history.trials.count(where: \.state.isFinished)
    guard ended >= max(startupTrials, 2) else { return [] }
    var memory = SamplerMemory()
    let table = PlaceTable.of(history, memory: &memory)
    return ParameterGroup.of(history.space).compactMap { group in
      let model = GroupModel(group, space: history.space, table: table)
      return model.isActive(in: point)
        ? model.preference(for: point, sampler: self, history) : nil
    }
  }
}
