import Foundation
import JobProtocol

/// What is believed of a constraint on what trials measure: a process of its own, and where it is kept.
///
/// Gardner, Kusner, Xu, Weinberger & Cunningham 2014, "Bayesian Optimization with Inequality Constraints": what is
/// expected of a point counts as much as it is likely that all constraints are kept there. Measured values are bent
/// towards 0, so that the ones near it count (Eriksson & Poloczek 2021, "Scalable Constrained Bayesian
/// Optimization", §3).
struct ConstraintBelief: Sendable {
  private let process: GaussianProcess
  /// Kept where the process is at or below it.
  private let threshold: Double

  /// The logarithm of the chance that it is kept at places.
  func logChance(at places: [Double]) -> Double {
    let belief = process.belief(at: places)
    let z = (threshold - belief.mean) / belief.deviation
    // Far out Φ(z) tends to φ(z)/−z, and rounds to nothing.
    return z > -30
      ? log(NormalDistribution.share(below: z)) : -0.5 * z * z - log(-z) - 0.918_938_533_204_672_7
  }
}

extension ConstraintBelief {
  /// A constraint's measured values as a process takes them.
  struct Measured: Sendable, Equatable {
    let points: [[Double]]
    /// Bent, with mean 0 and variance 1.
    let values: [Double]
    /// Where 0 lies among them.
    let threshold: Double

    /// nil where all values are the same, or none is broken: nothing is to be learned.
    init?(_ rows: [(places: [Double], value: Double)]) {
      guard rows.contains(where: { $0.value > 0 }) else { return nil }
      let sizes = rows.map { abs($0.value) }.filter { $0 > 0 && $0.isFinite }.sorted()
      guard !sizes.isEmpty else { return nil }
      let unit = sizes[sizes.count / 2]
      let bent = rows.map { row in
        let size = log1p(min(abs(row.value) / unit, 1e12))
        return row.value < 0 ? -size : size
      }
      let count = Double(bent.count)
      let mean = bent.reduce(0) { $0 + $1 / count }
      let variance = bent.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / count }
      guard variance > 1e-18, variance.isFinite else { return nil }
      let deviation = variance.squareRoot()
      points = rows.map(\.places)
      values = bent.map { ($0 - mean) / deviation }
      threshold = -mean / deviation
    }
  }

  /// The belief that values let one have; nil where rounding leaves none.
  ///
  /// - Parameter running: places of trials that run, which count with what is believed of them.
  init?(_ measured: Measured, kernel: MaternKernel, unordered: [Bool], running: [[Double]]) {
    guard
      let process = GaussianProcess(
        measured.points, values: measured.values, unordered: unordered, kernel: kernel)
    else { return nil }
    threshold = measured.threshold
    guard !running.isEmpty else {
      self.process = process
      return
    }
    self.process =
      GaussianProcess(
        measured.points + running,
        values: measured.values + running.map { process.belief(at: $0).mean },
        unordered: unordered, kernel: kernel) ?? process
  }
}

extension BeliefData {
  /// What is believed of each constraint that a trial has broken.
  ///
  /// - Parameter kernels: those of the same values at an earlier asking; they save time and change nothing.
  func constraintBeliefs(
    remembering kernels: inout [FittedConstraint]
  ) -> [ConstraintBelief] {
    var fitted: [FittedConstraint] = []
    let beliefs = constraints.compactMap { constraint -> ConstraintBelief? in
      guard let all = constraint.all else { return nil }
      // The latest trials may be the first that broke it.
      let fit = constraint.fit ?? all
      let known = kernels.first { $0.measured == fit }
      let kernel =
        known?.kernel
        ?? KernelFit(
          KernelDistances(fit.points, unordered: unordered), values: fit.values,
          conditional: space.parameters.map { $0.condition != nil }
        ).kernel(steps: 40)
      fitted.append(FittedConstraint(measured: fit, kernel: kernel))
      return ConstraintBelief(all, kernel: kernel, unordered: unordered, running: running)
    }
    kernels = fitted
    return beliefs
  }

  /// A kernel with the values that it was fitted to.
  struct FittedConstraint: Sendable {
    let measured: ConstraintBelief.Measured
    let kernel: MaternKernel
  }
}
