internal import API
internal import ArgumentParser
internal import DataPipelines

/// Compares two dataset versions.
struct DatasetsDiffCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Says how two dataset versions differ.")

  @Argument(help: "NAME, NAME@3 or dv_….") var first: String
  @Argument(help: "NAME, NAME@3 or dv_….") var second: String
  @OptionGroup var global: GlobalOptions

  func execute() async throws {
    let client = try await connection()
    let one = try await DatasetDetails.fetch(first, from: client)
    let other = try await DatasetDetails.fetch(second, from: client)
    let differences = DatasetDifference.all(from: one, to: other)
    try global.output.show(
      DatasetDiffWire(
        first: one.version.id, second: other.version.id, differences: differences),
      table: TextTable(
        ["WHAT", "FIRST", "SECOND"], rows: differences.map { [$0.what, $0.first, $0.second] },
        whenEmpty: "The versions do not differ."),
      quiet: differences.map(\.what))
  }
}

/// What `datasets diff --output json` prints.
struct DatasetDiffWire: Encodable {
  var first: String
  var second: String
  var differences: [DatasetDifference]
}

/// One thing in which two versions differ.
struct DatasetDifference: Encodable, Equatable {
  var what: String
  var first: String
  var second: String

  static func all(from one: DatasetDetails, to other: DatasetDetails) -> [DatasetDifference] {
    var found: [DatasetDifference] = []
    func compare(_ what: String, _ first: String, _ second: String) {
      if first != second {
        found.append(DatasetDifference(what: what, first: first, second: second))
      }
    }
    compare("rows", "\(one.version.rowCount)", "\(other.version.rowCount)")
    compare("split", one.version.splitRule, other.version.splitRule)
    compare("sources", sources(one.version), sources(other.version))
    for column in one.profile.columns {
      guard let match = other.profile.columns.first(where: { $0.name == column.name }) else {
        compare("column \(column.name)", column.type.rawValue, "–")
        continue
      }
      let name = column.name
      compare("\(name): type", column.type.rawValue, match.type.rawValue)
      compare("\(name): role", column.role.rawValue, match.role.rawValue)
      compare("\(name): missing", "\(column.nullCount)", "\(match.nullCount)")
      compare("\(name): distinct", "\(column.distinctCount)", "\(match.distinctCount)")
      compare("\(name): mean", mean(column), mean(match))
    }
    for column in other.profile.columns
    where !one.profile.columns.contains(where: { $0.name == column.name }) {
      compare("column \(column.name)", "–", column.type.rawValue)
    }
    return found
  }

  private static func sources(_ version: DatasetVersionWire) -> String {
    version.sources.map { "\($0.name) \($0.sha256.prefix(8))" }.joined(separator: ", ")
  }

  private static func mean(_ column: DatasetProfile.Column) -> String {
    column.numbers.map { ProfileTable.short($0.mean) } ?? "–"
  }
}
