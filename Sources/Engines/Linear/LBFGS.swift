/// Minimizes a smooth convex function: limited-memory BFGS (Liu & Nocedal 1989; Nocedal & Wright
/// 2006, algorithms 7.4 and 7.5) with a backtracking search.
struct LBFGS {
  var iterations = 300
  /// Ends where no part of the gradient is greater.
  var tolerance = 1e-7
  private let memory = 10

  init() {}

  /// The minimum found from `start`; always the same for the same function and start.
  func minimize(
    from start: [Double], _ function: ([Double], inout [Double]) -> Double
  ) -> [Double] {
    var place = start
    var gradient = [Double](repeating: 0, count: start.count)
    var value = function(place, &gradient)
    var steps: [(step: [Double], change: [Double], curvature: Double)] = []
    for _ in 0..<iterations {
      guard gradient.contains(where: { abs($0) > tolerance }) else { break }
      var direction = Self.direction(gradient, steps)
      var slope = Self.dot(direction, gradient)
      if slope >= 0 {
        steps = []
        direction = gradient.map { -$0 }
        slope = -Self.dot(gradient, gradient)
      }
      let first = steps.isEmpty ? min(1, 1 / Self.dot(gradient, gradient).squareRoot()) : 1
      guard
        let next = Self.search(
          from: place, value: value, along: direction, slope: slope, first: first, function)
      else {
        // No descent along this direction within the precision of a Double.
        if steps.isEmpty { break }
        steps = []
        continue
      }
      let step = zip(next.place, place).map { $0 - $1 }
      let change = zip(next.gradient, gradient).map { $0 - $1 }
      let curvature = Self.dot(step, change)
      if curvature > 1e-12 * Self.dot(change, change) {
        if steps.count == memory { steps.removeFirst() }
        steps.append((step, change, curvature))
      }
      let gain = value - next.value
      (place, value, gradient) = (next.place, next.value, next.gradient)
      if gain <= 1e-15 * max(abs(value), 1e-3) { break }
    }
    return place
  }

  /// The two-loop recursion: minus the gradient times an estimate of the inverse Hessian.
  private static func direction(
    _ gradient: [Double], _ steps: [(step: [Double], change: [Double], curvature: Double)]
  ) -> [Double] {
    var direction = gradient.map { -$0 }
    var factors: [Double] = []
    for (step, change, curvature) in steps.reversed() {
      let factor = dot(step, direction) / curvature
      factors.append(factor)
      add(change, -factor, to: &direction)
    }
    if let (_, change, curvature) = steps.last {
      let scale = curvature / dot(change, change)
      for place in direction.indices { direction[place] *= scale }
    }
    for ((step, change, curvature), factor) in zip(steps, factors.reversed()) {
      add(step, factor - dot(change, direction) / curvature, to: &direction)
    }
    return direction
  }

  /// A point with enough descent (Armijo) and, where halving allows, less slope (Wolfe).
  private static func search(
    from start: [Double], value: Double, along direction: [Double], slope: Double, first: Double,
    _ function: ([Double], inout [Double]) -> Double
  ) -> (place: [Double], value: Double, gradient: [Double])? {
    var length = first
    var gradient = [Double](repeating: 0, count: start.count)
    var best: (place: [Double], value: Double, gradient: [Double])?
    for _ in 0..<40 {
      var place = start
      add(direction, length, to: &place)
      let reached = function(place, &gradient)
      if reached.isFinite, reached <= value + 1e-4 * length * slope {
        best = (place, reached, gradient)
        // Still steep: a longer step is worth a try.
        guard dot(gradient, direction) < 0.9 * slope, length < 1e4 else { return best }
        length *= 2
      } else if best != nil {
        return best
      } else {
        length /= 2
      }
    }
    return best
  }

  private static func dot(_ left: [Double], _ right: [Double]) -> Double {
    left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in
        guard let start = left.baseAddress, let other = right.baseAddress else { return 0 }
        return product(start, other, left.count)
      }
    }
  }

  private static func add(_ values: [Double], _ factor: Double, to sums: inout [Double]) {
    for place in sums.indices { sums[place] += factor * values[place] }
  }
}
