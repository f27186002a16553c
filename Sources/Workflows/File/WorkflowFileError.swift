public import Basics

/// Why a workflow file cannot be run: every problem that was found, with its line.
public struct WorkflowFileError: FactoryError, Equatable {
  /// What happened, as a stable word.
  public enum Code: String, Sendable {
    case workflowFileInvalid = "workflow_file_invalid"
    /// The file is right, but asks for what the factory cannot do yet.
    case notYetPossible = "not_yet_possible"
  }

  /// One thing that is wrong.
  public struct Problem: Sendable, Equatable {
    /// From 1.
    public var line: Int
    /// What stands there and what was expected.
    public var message: String
    /// The key is one that the factory will know later.
    public var isNotYetPossible: Bool

    /// Takes every value as it is.
    public init(line: Int, message: String, isNotYetPossible: Bool = false) {
      self.line = line
      self.message = message
      self.isNotYetPossible = isNotYetPossible
    }
  }

  /// The file as the user named it.
  public var path: String
  /// In the order of lines; at least one.
  public var problems: [Problem]

  /// Takes every value as it is.
  public init(path: String, problems: [Problem]) {
    self.path = path
    self.problems = problems
  }

  /// A stable word.
  public var code: Code {
    problems.allSatisfy(\.isNotYetPossible) ? .notYetPossible : .workflowFileInvalid
  }

  /// What happened, in words.
  public var message: String {
    problems.map { "\(path):\($0.line): \($0.message)" }.joined(separator: "\n")
  }

  /// What to do next.
  public var hint: String? {
    switch code {
    case .workflowFileInvalid:
      "Correct the \(problems.count == 1 ? "line" : "\(problems.count) lines") above; "
        + "docs/workflow-file.md describes every key."
    case .notYetPossible: "Remove what is named above; the rest of the file can run."
    }
  }
}
