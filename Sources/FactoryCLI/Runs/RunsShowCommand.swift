internal import API
internal import ArgumentParser
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
    for input in inputs {
      rows.append(("input", .init("\(input.name) \(input.datasetVersion ?? input.digest)")))
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
}
