/// Parameters that always exist together, in the order in which they are chosen.
///
/// What has no condition is the first group; what shares a condition is a group (the `group`
/// of Optuna's TPE, decided from the space rather than from the trials).
struct ParameterGroup {
  let condition: SearchParameter.Condition?
  /// Places of its parameters in the space.
  var members: [Int]

  /// The groups of all parameters, or of some.
  static func of(_ space: SearchSpace, members: [Int]? = nil) -> [ParameterGroup] {
    var groups: [ParameterGroup] = []
    for place in members ?? Array(space.parameters.indices) {
      let parameter = space.parameters[place]
      if let known = groups.firstIndex(where: { $0.condition == parameter.condition }) {
        groups[known].members.append(place)
      } else {
        groups.append(ParameterGroup(condition: parameter.condition, members: [place]))
      }
    }
    // A group may hold a parent that is declared after another group's parameters: parents first.
    let first = groups.partition { $0.condition != nil }
    return Array(groups[..<first]) + groups[first...].sorted { $0.members[0] < $1.members[0] }
  }
}
