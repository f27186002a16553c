internal import API
internal import ArgumentParser
internal import Basics
internal import Foundation
internal import Workflows

/// The argument of every verb about a workflow file.
struct WorkflowFileArgument: ParsableArguments {
  @Argument(help: ArgumentHelp("The workflow file (YAML).", valueName: "file"))
  var file: String

  /// The file, checked here already, so that a mistake costs no server.
  func submission() throws -> WorkflowSubmissionWire {
    let path = FileTree.absolute(file)
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw CLIError(
        .fileUnreadable, "\(visible(file)) cannot be read.",
        hint: "`aifactory init DATA.csv --target COLUMN` writes a workflow file.")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CLIError(.fileUnreadable, "\(visible(file)) is not UTF-8.", hint: "Save it as UTF-8.")
    }
    _ = try WorkflowFile.parse(text: text, path: file)
    return WorkflowSubmissionWire(
      text: text, path: file, baseFolder: FileTree.folder(of: path))
  }
}
