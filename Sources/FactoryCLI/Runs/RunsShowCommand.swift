internal import API
internal import ArgumentParser
internal import Basics
import Foundation

/// Shows one run.
struct RunsShowCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows all about one run.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Identifier of the run.", valueName: "run"))
  var id: String

  func execute() async throws {
    let run = try await connection().get(
      "/api/v1/runs/\(FactoryClient.escaped(id))", as: RunWire.self)
    try global.output.show(run, table: run.properties, quiet: [run.status])
  }
}

extension RunWire {
  /// Everything about the run.
  var properties: TextTable {
    var rows: [(String, TextTable.Cell)] = [
      ("run", .init(id)), ("name", .init(name)), ("status", statusCell),
      ("experiment", .init(experiment)), ("started", .init(MomentText.minute(startedAtMs))),
    ]
    if let endedAtMs { rows.append(("ended", .init(MomentText.minute(endedAtMs)))) }
    if let job { rows.append(("job", .init(job))) }
    if let parent { rows.append(("below", .init(parent))) }
    rows += childRows
    for input in inputs {
      let context = input.context.isEmpty ? "" : " (\(input.context))"
      rows.append(
        ("input", .init("\(input.name) \(input.datasetVersion ?? input.digest)\(context)")))
    }
    for artifact in artifacts ?? [] {
      rows.append(("artifact", .init("\(artifact.path) (\(ByteCount(bytes: artifact.bytes)))")))
    }
    for (key, value) in metrics.sorted(by: { $0.key < $1.key }) {
      rows.append(("metric \(key)", .init(String(format: "%.6g", value))))
    }
    for (key, value) in params.sorted(by: { $0.key < $1.key }) {
      rows.append(("param \(key)", .init(value)))
    }
    for (key, value) in tags.sorted(by: { $0.key < $1.key }) {
      rows.append(("tag \(key)", .init(value)))
    }
    return .properties(rows)
  }

  /// The first runs below it, and how many more there are.
  private var childRows: [(String, TextTable.Cell)] {
    let children = children ?? []
    let most = 12
    var rows = children.prefix(most).map { child in
      ("child", TextTable.Cell("\(child.id) \(child.name): \(child.status)"))
    }
    if children.count > most {
      rows.append(
        ("", .init("\(children.count - most) more: aifactory runs list --parent \(id)")))
    }
    return rows
  }
}
