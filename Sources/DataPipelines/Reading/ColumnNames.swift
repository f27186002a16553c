import Foundation

/// Makes the names of a source usable: none empty, none twice, none of ours.
///
/// DuckDB compares names without regard to case, so names that differ in case alone are twice.
enum ColumnNames {
  static let reserved: Set<String> = ["_row", "_split", "_part", "_place", "_unit"]

  /// A name in each place and a remark for each that had to change.
  static func unique(_ names: [String]) -> (names: [String], remarks: [DatasetProfile.Warning]) {
    var taken = reserved
    var remarks: [DatasetProfile.Warning] = []
    let unique = names.enumerated().map { index, original in
      let trimmed = original.split(whereSeparator: \.isNewline).joined(separator: " ")
        .trimmingCharacters(in: .whitespaces)
      let wanted = trimmed.isEmpty ? "column\(index + 1)" : trimmed
      var name = wanted
      var suffix = 1
      while taken.contains(name.lowercased()) {
        name = "\(wanted)_\(suffix)"
        suffix += 1
      }
      taken.insert(name.lowercased())
      if name != wanted {
        let reason =
          reserved.contains(wanted.lowercased())
          ? "its name is reserved" : "another column has that name"
        remarks.append(
          DatasetProfile.Warning(
            code: "renamed", column: name,
            message: "Column \(index + 1), \(wanted), is called \(name): \(reason)."))
      }
      return name
    }
    return (unique, remarks)
  }
}
