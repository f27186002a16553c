/// Tells what in a profile a person should know before training.
enum ProfileWarnings {
  /// An association from which a column is suspected to give the target away.
  static let leakage = 0.98

  static func added(to profile: DatasetProfile, request: DatasetRequest) -> DatasetProfile {
    var profile = profile
    for column in profile.columns {
      profile.warnings += warnings(about: column, rowCount: profile.rowCount, request: request)
    }
    return profile
  }

  private static func warnings(
    about column: DatasetProfile.Column, rowCount: Int, request: DatasetRequest
  ) -> [DatasetProfile.Warning] {
    var found: [DatasetProfile.Warning] = []
    func warn(_ code: String, _ message: String) {
      found.append(DatasetProfile.Warning(code: code, column: column.name, message: message))
    }
    let name = column.name
    if column.role == .target {
      if column.isConstant {
        warn("target_constant", "The target \(name) has the same value in every row.")
      }
      if column.type == .category, let rarest = column.topValues.last, rarest.count < 5,
        column.topValues.count == column.distinctCount
      {
        warn("rare_class", "The class \(rarest.value) of \(name) has only \(rarest.count) rows.")
      }
      return found
    }
    if column.nullCount == rowCount {
      warn("empty", "Column \(name) has no value in any row.")
    } else if column.isConstant {
      warn("constant", "Column \(name) has one value in all rows and tells nothing.")
    } else if column.nullCount * 2 > rowCount {
      warn(
        "mostly_missing", "Column \(name) is missing in \(column.nullCount) of \(rowCount) rows.")
    }
    if column.isIdentityLike, column.role == .identity, !request.exclude.contains(name) {
      warn(
        "identity_like",
        "Column \(name) differs in every row as a name does; it is left out of the features.")
    }
    if let association = column.association, abs(association.value) >= leakage, rowCount >= 30 {
      let value = (association.value * 1_000).rounded() / 1_000
      warn(
        "leakage",
        "Column \(name) all but determines the target (\(association.measure.rawValue) \(value)): if "
          + "it is not known at the time of prediction, exclude it.")
    }
    return found
  }
}
