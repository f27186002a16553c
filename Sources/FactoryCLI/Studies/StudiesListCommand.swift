internal import API
internal import ArgumentParser

/// Lists studies.
struct StudiesListCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists searches, newest first.")

  @OptionGroup var global: GlobalOptions

  @Option(help: "How many studies at most.")
  var limit = 20

  func execute() async throws {
    let list = try await connection().get(
      "/api/v1/studies", query: [("limit", "\(limit)")], as: StudyListWire.self)
    let rows = list.studies.map { study in
      [
        study.id, study.name, study.aim, study.sampler,
        MomentText.minute(study.createdAtMs),
      ]
    }
    try global.output.show(
      list,
      table: TextTable(
        ["STUDY", "NAME", "GOAL", "SAMPLER", "CREATED"], rows: rows,
        whenEmpty: "No studies yet. A workflow's train stage makes one."),
      quiet: list.studies.map(\.id))
  }
}
