/// Decides whether a running trial is worth its further steps.
///
/// Pure, and asked only at the pruner's own rungs. What an implementation owes (and the contract
/// suite of the tests checks): rungs rise, lie between 1 and the limit, and are at most a thousand;
/// equal arguments give equal answers; NaN and infinite values are legal.
public protocol Pruner: Sendable {
  /// The steps at which the pruner wants to be asked, rising, below `limit`.
  func rungs(upTo limit: Int) -> [Int]

  /// Whether the trial should stop.
  func shouldPrune(_ moment: PruningMoment) -> Bool

  /// Why a trial was stopped at that moment, in words; by default how it stood among the others.
  func reason(_ moment: PruningMoment) -> String

  /// Of so many trials seen at a rung, how many, the best first, should have gone on.
  ///
  /// One of them that was stopped is trained again. By default 0: what was stopped stays so.
  func promotedCount(of seen: Int) -> Int
}

extension Pruner {
  /// How the trial stood among all others.
  public func reason(_ moment: PruningMoment) -> String { moment.standing }

  /// None.
  public func promotedCount(of seen: Int) -> Int { 0 }
}

/// What is known when a trial has reached a rung.
public struct PruningMoment: Sendable {
  /// What another trial had at the same rung, whatever became of it later.
  public struct Peer: Sendable, Equatable {
    /// Number of the trial.
    public var number: Int
    /// Its value at the rung.
    public var value: Double

    /// Takes both as they are.
    public init(number: Int, value: Double) {
      self.number = number
      self.value = value
    }
  }

  /// A value of the trial itself.
  public struct Report: Sendable, Equatable {
    /// Steps done, from 1.
    public var step: Int
    /// The value after them.
    public var value: Double

    /// Takes both as they are.
    public init(step: Int, value: Double) {
      self.step = step
      self.value = value
    }
  }

  /// Number of the trial.
  public var number: Int
  /// The rung that was reached.
  public var step: Int
  /// The value there.
  public var value: Double
  /// What the trial had at earlier rungs, in order.
  public var earlier: [Report]
  /// What other trials had at this rung.
  public var peers: [Peer]
  /// What a good value is.
  public var goal: OptimizationGoal

  /// Takes every value as it is.
  public init(
    number: Int, step: Int, value: Double, earlier: [Report] = [], peers: [Peer],
    goal: OptimizationGoal
  ) {
    self.number = number
    self.step = step
    self.value = value
    self.earlier = earlier
    self.peers = peers
    self.goal = goal
  }

  /// The value with smaller being better.
  var loss: Double { goal.loss(of: value) }
}

/// Never stops a trial.
public struct NoPruner: Pruner {
  /// It has no settings.
  public init() {}

  /// None.
  public func rungs(upTo limit: Int) -> [Int] { [] }

  /// Never.
  public func shouldPrune(_ moment: PruningMoment) -> Bool { false }
}
