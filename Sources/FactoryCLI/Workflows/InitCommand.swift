internal import ArgumentParser
internal import Basics
internal import Foundation
internal import Workflows

/// Writes a workflow file fitted to a table.
struct InitCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Writes a commented workflow file fitted to a table.",
    discussion: "Looks at the table itself; no server is needed.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("The table: csv, tsv, jsonl or parquet.", valueName: "data"))
  var data: String

  @Option(help: "The column to predict.")
  var target: String

  @Option(
    name: .customLong("out"),
    help: ArgumentHelp("The file to write (default: NAME.yaml here).", valueName: "file"))
  var chosenFile: String?

  @Flag(help: "Overwrite the file.")
  var force = false

  func execute() async throws {
    let table = FileTree.absolute(data)
    guard FileTree.exists(table), !FileTree.isFolder(table) else {
      throw CLIError(
        .fileUnreadable, "There is no file \(visible(data)).",
        hint: "Name one csv, tsv, jsonl or parquet file; the workflow file may name more later.")
    }
    let stem = FileTree.name(of: table).prefix { $0 != "." }
    let file = chosenFile ?? "\(stem.isEmpty ? "workflow" : stem).yaml"
    let path = FileTree.absolute(file)
    guard force || !FileTree.exists(path) else {
      throw CLIError(
        .fileExists, "\(visible(file)) exists already.",
        hint: "Add --force to overwrite it, or name another file with --out.")
    }
    let profile = try TableInspection(home: global.factoryHome).profile(of: table, target: target)
    let draft = try WorkflowDraft(
      source: relative(table, to: FileTree.folder(of: path)), target: target, profile: profile)
    let text = draft.text
    _ = try WorkflowFile.parse(text: text, path: file)
    try FileTree.write(Array(text.utf8), to: path, mode: 0o644)
    try global.output.show(
      InitWire(file: path), text: "Wrote \(file). Next: aifactory run \(file)", quiet: [file])
  }

  /// The table's path from the workflow file's folder, where it lies below it.
  private func relative(_ table: String, to folder: String) -> String {
    table.hasPrefix(folder + "/") ? String(table.dropFirst(folder.count + 1)) : table
  }
}

/// What `init --output json` prints.
struct InitWire: Codable {
  var file: String
}
