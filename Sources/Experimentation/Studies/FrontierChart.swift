import Optimization

/// Trials over two goals, with those on the frontier.
struct FrontierChart {
  var xName: String
  var yName: String
  var xGoal: OptimizationGoal
  var yGoal: OptimizationGoal
  var trials: [(x: Double, y: Double)]
  /// Those that broke a constraint.
  var infeasible: [(x: Double, y: Double)] = []
  var frontier: [(x: Double, y: Double)]
  /// Whether the frontier is an edge in this plane: it is where there are no other goals.
  var isEdge: Bool

  static let mostTrials = 1_000

  func svg(label: String) -> String {
    let shown = trials.suffix(Self.mostTrials) + infeasible.suffix(Self.mostTrials) + frontier
    let frame = ChartFrame(
      x: .telling(shown.map(\.x)), y: .telling(shown.map(\.y)), height: 340)
    var svg = frame.begin(xName: xName, yName: yName)
    for trial in trials.suffix(Self.mostTrials) {
      let place = frame.place(trial.x, trial.y)
      svg.circle(place.x, place.y, 2.4, style: "dot muted")
    }
    for trial in infeasible.suffix(Self.mostTrials) {
      let place = frame.place(trial.x, trial.y)
      svg.circle(place.x, place.y, 2.4, style: "mark bad")
    }
    if isEdge { svg.path(edge.map { frame.place($0.x, $0.y) }, style: "line c1") }
    for trial in frontier {
      let place = frame.place(trial.x, trial.y)
      svg.circle(place.x, place.y, 4, style: "dot c1")
    }
    return svg.text(label: label)
  }

  /// What is reached: beside each trial, towards the next, what is as good as it in one goal and no better in
  /// the other.
  var edge: [(x: Double, y: Double)] {
    let sorted = frontier.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    var edge: [(x: Double, y: Double)] = []
    for (place, trial) in sorted.enumerated() {
      if place > 0 {
        let before = sorted[place - 1]
        edge.append(xGoal == .minimize ? (trial.x, before.y) : (before.x, trial.y))
      }
      edge.append(trial)
    }
    return edge
  }
}
