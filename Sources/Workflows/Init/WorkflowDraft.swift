internal import Basics
public import DataPipelines
internal import Foundation

/// A commented workflow file fitted to one table: what `aifactory init` writes.
///
/// Pure: the table's profile goes in, text comes out; it parses as a workflow file.
public struct WorkflowDraft: Sendable {
  private let name: String
  private let source: String
  private let target: DatasetProfile.Column
  private let profile: DatasetProfile

  /// - Parameters:
  ///   - source: the table's path as it is to stand in the file.
  ///   - target: the column to predict; it must be in the profile.
  /// - Throws: when the target cannot be predicted from this table, with the reason.
  public init(source: String, target: String, profile: DatasetProfile) throws(WorkflowError) {
    guard let column = profile.columns.first(where: { $0.name == target }) else {
      let nearest = nearestWord(to: target, among: profile.columns.map(\.name))
      throw WorkflowError(
        .requestInvalid, "\(visible(source)) has no column \(visible(target)).",
        hint: nearest.map { "Did you mean '\($0)'?" }
          ?? "Its columns: \(profile.columns.map(\.name).prefix(20).joined(separator: ", ")).")
    }
    guard column.distinctCount > 1 else {
      throw WorkflowError(
        .requestInvalid, "Column \(visible(target)) has the same value in every row.",
        hint: "Choose a target that differs between rows.")
    }
    guard column.type != .text else {
      throw WorkflowError(
        .requestInvalid,
        "Column \(visible(target)) holds \(column.distinctCount) different texts, no classes.",
        hint: "Choose a column of numbers, or of few different values.")
    }
    self.source = source
    self.target = column
    self.profile = profile
    name = Self.name(of: source)
  }

  /// The text of the file.
  public var text: String {
    """
    # A workflow for \(source): \(profile.rowCount) rows, \(profile.columns.count) columns.
    # Run it:            aifactory run FILE
    # See what changed:  aifactory workflows plan FILE
    # Every key is described in docs/workflow-file.md.
    name: \(name)

    data:
      source: \(Self.quoted(source))   # file, glob, folder or URL; relative to this file
      target: \(Self.quoted(target.name))\(targetComment)
    \(excludeLines)\(warningLines)  checks:                     # a check that fails stops the workflow and names the rows
        \(targetCheck)
        - {rows: {at_least: \(leastRows)}}
      split: {\(splitRule), test: 0.2, validation: 0.2, seed: 7}
    \(timeLine)
    train:
      task: \(isClasses ? "classification" : "regression")\(positiveLine)
      metric: \(metric)   # optimized on validation rows, never on test rows
      search: {trials: 40, time: 120s, sampler: tpe, pruner: successive_halving, seed: 7}

    evaluate:
      gates:                      # all must hold on the test rows, or nothing is deployed
        - \(gate)

    register: {model: \(name)}
    deploy: {endpoint: \(name)}

    """
  }

  private var isClasses: Bool {
    switch target.type {
    case .category, .boolean, .text: true
    case .integer, .decimal, .timestamp: target.distinctCount == 2
    }
  }

  private var metric: String {
    isClasses ? (target.distinctCount == 2 ? "auc" : "log_loss") : "rmse"
  }

  private var targetComment: String {
    let shown = target.topValues.prefix(3).map { "\($0.value) (\($0.count))" }
    guard isClasses else {
      guard let numbers = target.numbers else { return "" }
      return "   # numbers from \(Self.number(numbers.minimum)) to "
        + "\(Self.number(numbers.maximum)), mean \(Self.number(numbers.mean))"
    }
    return "   # \(target.distinctCount) classes: \(shown.joined(separator: ", "))"
      + (target.distinctCount > 3 ? " …" : "")
  }

  private var excludeLines: String {
    let names = profile.columns.filter {
      $0.name != target.name && ($0.isIdentityLike || $0.role == .identity)
    }.map { Self.quoted($0.name) }
    guard !names.isEmpty else {
      return "  # exclude: [COLUMN]         # columns that name a row, never features\n"
    }
    return "  exclude: [\(names.joined(separator: ", "))]   # they name a row, never features\n"
  }

  private var warningLines: String {
    profile.warnings.filter { $0.code == "leakage" }
      .map { "  # Look: \($0.message.replacing("\n", with: " "))\n" }.joined()
  }

  private var leastRows: Int {
    let wanted = Double(profile.rowCount) * 0.9
    let unit = pow(10, max(0, floor(log10(max(1, wanted))) - 1))
    return max(1, Int(floor(wanted / unit) * unit))
  }

  private var splitRule: String { "by: \(isClasses ? "stratified" : "random")" }

  /// A table with gaps in its target must pass its own file's checks.
  private var targetCheck: String {
    let gap = profile.warnings.first { $0.code == "target_missing" }
    return gap.map { "# \($0.message.replacing("\n", with: " "))" }
      ?? "- {column: \(Self.quoted(target.name)), not_null: true}"
  }

  private var timeLine: String {
    guard let time = profile.columns.first(where: { $0.type == .timestamp }) else { return "" }
    return "  # If the future is to be predicted, split by time: "
      + "{by: {time: \(Self.quoted(time.name))}, …}\n"
  }

  private var positiveLine: String {
    guard isClasses, target.distinctCount == 2,
      let rarer = target.topValues.min(by: { $0.count < $1.count })
    else { return "" }
    return "\n  positive: \(Self.quoted(rarer.value))   # the rarer class; "
      + "precision, recall and f1 are about it"
  }

  /// A limit that a model must beat to be worth more than the trivial one.
  private var gate: String {
    guard isClasses else {
      let spread = target.numbers?.standardDeviation ?? 1
      return "{metric: rmse, at_most: \(Self.number(spread * 0.9))}   "
        + "# the mean alone reaches \(Self.number(spread))"
    }
    guard target.distinctCount > 2 else {
      return "{metric: auc, at_least: 0.6}   # guessing reaches 0.5"
    }
    let counts = target.topValues.map { Double($0.count) }
    let total = max(1, counts.reduce(0, +))
    let entropy = counts.filter { $0 > 0 }.reduce(0) { $0 - $1 / total * log($1 / total) }
    return "{metric: log_loss, at_most: \(Self.number(entropy * 0.9))}   "
      + "# the shares of the classes alone reach \(Self.number(entropy))"
  }

  private static func name(of source: String) -> String {
    let file = FileTree.name(of: source)
    let stem = file.prefix { $0 != "." }
    let letters = stem.map { character in
      character.isASCII && (character.isLetter || character.isNumber || "_-".contains(character))
        ? character : "-"
    }
    let name = String(letters).drop { !$0.isLetter && !$0.isNumber }
    return name.isEmpty ? "workflow" : String(name.prefix(60))
  }

  /// Three significant digits.
  static func number(_ value: Double) -> String { String(format: "%.3g", value) }

  /// A text as a YAML scalar: plain where that reads back as the same text.
  static func quoted(_ text: String) -> String {
    let isPlain =
      text.first.map { $0.isASCII && ($0.isLetter || $0 == "_") } == true
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-./".contains($0)) }
      && !["true", "false", "null"].contains(text.lowercased())
    if isPlain { return text }
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case _ where scalar.value < 32: "\\u" + String(format: "%04x", scalar.value)
      default: String(scalar)
      }
    }
    return "\"" + escaped.joined() + "\""
  }
}
