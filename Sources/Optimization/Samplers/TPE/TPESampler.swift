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
/// another is found: of the candidates the best one is taken that is new and keeps the space's
/// rules. In a Hyperband a trial learns nothing from those that a bracket with less patience than
/// its own has stopped, and may try their points again: that they were behind after few steps is
/// what the patient brackets doubt. While too few others have ended, it learns as the next less
/// patient bracket does, since a long training of a point at random is dear.
public struct TPESampler: Sampler, Equatable {
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
  /// The Hyperband whose brackets the trials belong to; nil without one.
  public var brackets: HyperbandPruner?
  /// Points composed in search of one that keeps the rules and is new.
  private static let attempts = 16

  /// Takes the settings; the defaults suit tens to hundreds of trials.
  public init(
    startupTrials: Int = 10, candidates: Int = 24, goodShare: Double = 0.1, mostGood: Int = 25,
    kernelWidth: Double = 0.07, brackets: HyperbandPruner? = nil
  ) {
    self.startupTrials = startupTrials
    self.candidates = candidates
    self.goodShare = goodShare
    self.mostGood = mostGood
    self.kernelWidth = max(kernelWidth, 0.001)
    self.brackets = brackets
  }

  /// The bracket of the trial that is asked for.
  fileprivate func bracket(in history: SearchHistory) -> Int {
    brackets?.bracket(of: history.nextNumber) ?? 0
  }

  /// The bracket whose trials a bracket learns from: the most patient one, up to itself, that has enough of them.
  fileprivate func teacher(of bracket: Int, _ table: PlaceTable) -> Int? {
    (0...bracket).last { table.endedCount(for: $0) >= max(startupTrials, 2) }
  }

  /// It does.
  public func allowsPromotions(in history: SearchHistory) -> Bool { true }

  /// The most promising of the candidates drawn from the good trials' density.
  public func point(
    for history: SearchHistory, memory: inout SamplerMemory, using random: inout SeededGenerator
  ) -> SearchPoint {
    let space = history.space
    let table = PlaceTable.of(history, ParameterGroup.of(space), sampler: self, memory: &memory)
    let bracket = bracket(in: history)
    guard let teacher = teacher(of: bracket, table) else {
      return RandomSampler.point(of: space, using: &random)
    }
    var groups = table.groups.map { GroupModel($0, bracket: teacher) }
    let pending = table.pending(in: history)
    func isNew(_ point: SearchPoint) -> Bool {
      !table.hasTried(point, for: bracket) && !pending.contains(point)
    }
    var last = SearchPoint()
    for _ in 0..<Self.attempts {
      last = SearchPoint()
      for place in groups.indices {
        guard groups[place].isActive(in: last) else { continue }
        // Where a later group goes on, the point is another one.
        let later = table.groups[(place + 1)...]
        groups[place].choose(for: self, history: history, into: &last, using: &random) { point in
          // What a rule refuses so far it refuses with more values, too.
          space.admits(point)
            && (isNew(point) || later.contains { $0.parameters[0].isActive(in: point) })
        }
      }
      if space.admits(last), isNew(last) { return last }
    }
    for _ in 0..<Self.attempts where space.pointCount != nil {
      let point = RandomSampler.point(of: space, using: &random)
      if isNew(point) { return point }
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
    let groups = ParameterGroup.of(history.space, members: members)
    let table = PlaceTable.of(history, groups, sampler: self, memory: &memory)
    let bracket = bracket(in: history)
    for record in table.groups {
      guard record.parameters[0].isActive(in: point) else { continue }
      if table.endedCount(for: bracket) >= 2 {
        var model = GroupModel(record, bracket: bracket)
        model.choose(for: self, history: history, into: &point, using: &random)
      } else {
        for parameter in record.parameters {
          point[parameter.name] = RandomSampler.value(of: parameter.domain, using: &random)
        }
      }
    }
  }
}

/// What is known about one group of parameters; the densities are made when they are first needed.
private struct GroupModel {
  private let record: GroupRecord
  private let bracket: Int
  private var densities: Densities?
  private var isLearned = false
  private var parameters: [SearchParameter] { record.parameters }

  struct Densities {
    var good: ParzenEstimator
    var bad: ParzenEstimator
    /// The good trials' places in the history, best first.
    var leaders: [Int]
    var otherCount: Int
  }

  init(_ record: GroupRecord, bracket: Int) {
    self.record = record
    self.bracket = bracket
  }

  /// All of a group's parameters exist or none does.
  func isActive(in point: SearchPoint) -> Bool { parameters[0].isActive(in: point) }

  /// Adds the group's values to a point; of the candidates those come first that lead to a wanted one.
  mutating func choose(
    for sampler: TPESampler, history: SearchHistory, into point: inout SearchPoint,
    using random: inout SeededGenerator, isWanted: (SearchPoint) -> Bool = { _ in true }
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
    let isChecked = !history.space.isFree || history.space.pointCount != nil
    let values = densities.best(of: max(sampler.candidates, 1), parameters, using: &random) {
      !isChecked || isWanted(with($0, point))
    }
    point = with(values, point)
  }

  /// A point that also has the group's values.
  private func with(_ values: [ParameterValue], _ point: SearchPoint) -> SearchPoint {
    var point = point
    for (parameter, value) in zip(parameters, values) { point[parameter.name] = value }
    return point
  }

  /// The densities of the good trials and of the others; nil while too few trials have ended.
  func learn(for sampler: TPESampler, _ history: SearchHistory) -> Densities? {
    let enough = record.group.condition == nil ? sampler.startupTrials : sampler.startupTrials / 2
    guard record.endedCount(for: bracket) >= max(enough, 2) else { return nil }
    let leaders = record.good(for: bracket, of: sampler, in: history)
    guard !leaders.isEmpty else { return nil }
    let rows = leaders.compactMap(record.row)
    let left = record.ignored(by: bracket) + rows
    let domains = parameters.map(\.domain)
    return Densities(
      good: ParzenEstimator(
        domains: domains, columns: record.columns.map { column in rows.map { column[$0] } },
        kernelWidth: sampler.kernelWidth),
      bad: ParzenEstimator(
        domains: domains, columns: record.columns, excluding: left.sorted(),
        kernelWidth: sampler.kernelWidth, table: record.kernels),
      leaders: leaders, otherCount: record.indices.count - left.count)
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

extension GroupModel.Densities {
  /// Of so many draws from the good trials' density the wanted one with the highest l/g, the first of equals; another
  /// one where none is wanted.
  ///
  /// A partly known g bounds the ratio from above: the draw with the highest bound is looked at further, until it
  /// is known to the end. Most others never are.
  func best(
    of count: Int, _ parameters: [SearchParameter], using random: inout SeededGenerator,
    isWanted: ([ParameterValue]) -> Bool
  ) -> [ParameterValue] {
    var draws: [Draw] = []
    draws.reserveCapacity(count)
    var other: [ParameterValue] = []
    for _ in 0..<count {
      let values = good.draw(using: &random)
      guard isWanted(values) else {
        other = values
        continue
      }
      let places = zip(parameters, values).map { $0.domain.place(of: $1) }
      draws.append(
        Draw(
          values: values, good: good.logDensity(at: places),
          bad: ParzenEstimator.PartialDensity(at: places, of: bad)))
    }
    if draws.isEmpty { return other }
    while true {
      var leader = 0
      for place in draws.indices where draws[place].bound > draws[leader].bound { leader = place }
      if draws[leader].bad.isWhole { return draws[leader].values }
      draws[leader].bad.advance(in: bad)
    }
  }

  private struct Draw {
    let values: [ParameterValue]
    /// ln l.
    let good: Double
    /// ln g, as far as it is known.
    var bad: ParzenEstimator.PartialDensity

    /// ln l/g is not above it.
    var bound: Double { good - bad.log }
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
    var memory = SamplerMemory()
    let groups = ParameterGroup.of(history.space)
    let table = PlaceTable.of(history, groups, sampler: self, memory: &memory)
    guard let teacher = teacher(of: bracket(in: history), table) else { return [] }
    return table.groups.compactMap { record in
      let model = GroupModel(record, bracket: teacher)
      return model.isActive(in: point)
        ? model.preference(for: point, sampler: self, history) : nil
    }
  }
}
