internal import API
internal import ArgumentParser

/// Moves runs to the trash.
struct RunsDeleteCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Moves runs to the trash, from where they can be restored.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Identifiers of the runs.", valueName: "run"))
  var ids: [String]

  func execute() async throws {
    let client = try await connection()
    try await client.checkRuns(ids)
    var runs: [RunWire] = []
    for id in ids {
      runs.append(
        try await client.delete("/api/v1/runs/\(FactoryClient.escaped(id))", as: RunWire.self))
    }
    let text = runs.map { "Run \($0.id) is in the trash." }.joined(separator: "\n")
    try global.output.show(RunListWire(runs: runs), text: text, quiet: runs.map(\.id))
  }
}

/// Takes runs out of the trash.
struct RunsRestoreCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Takes runs out of the trash.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Identifiers of the runs.", valueName: "run"))
  var ids: [String]

  func execute() async throws {
    let client = try await connection()
    try await client.checkRuns(ids)
    var runs: [RunWire] = []
    for id in ids {
      runs.append(
        try await client.post(
          "/api/v1/runs/\(FactoryClient.escaped(id))/restore", as: RunWire.self))
    }
    let text = runs.map { "Run \($0.id) is back." }.joined(separator: "\n")
    try global.output.show(RunListWire(runs: runs), text: text, quiet: runs.map(\.id))
  }
}

extension FactoryClient {
  /// Makes sure that all runs are there, so that a misspelled one changes none of the others.
  fileprivate func checkRuns(_ ids: [String]) async throws {
    guard ids.count > 1 else { return }
    for id in ids {
      _ = try await get("/api/v1/runs/\(FactoryClient.escaped(id))", as: RunWire.self)
    }
  }
}
