/// A YAML text that does not say what it should, and where.
public struct YAMLError: FactoryError, Equatable {
  /// The words of the API for what is wrong.
  public enum Code: String, Sendable {
    case yamlSyntax = "yaml_syntax"
    case yamlDuplicateKey = "yaml_duplicate_key"
    case yamlTooLarge = "yaml_too_large"
    case unknownKey = "unknown_key"
    case missingKey = "missing_key"
    case wrongType = "wrong_type"
    case impossibleValue = "impossible_value"
    case notYetPossible = "not_yet_possible"
  }

  /// What is wrong, as a word of the API.
  public var code: Code
  /// Where, as `file:line:column`, then what is wrong.
  public var message: String { "\(file):\(line):\(column): \(problem)" }
  /// What the reader can do next.
  public var hint: String?
  /// The name of the file, as the person gave it.
  public var file: String
  /// From 1.
  public var line: Int
  /// From 1, in Unicode scalars.
  public var column: Int
  /// What is wrong, without the place.
  public var problem: String

  /// Makes an error.
  public init(
    _ code: Code, file: String, line: Int, column: Int, problem: String, hint: String? = nil
  ) {
    self.code = code
    self.file = file
    self.line = line
    self.column = column
    self.problem = problem
    self.hint = hint
  }
}
