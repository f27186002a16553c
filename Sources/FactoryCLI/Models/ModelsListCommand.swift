internal import API
internal import ArgumentParser

/// Lists models.
struct ModelsListCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists registered models, the last changed first.")

  @OptionGroup var global: GlobalOptions

  func execute() async throws {
    let list = try await connection().get("/api/v1/models", as: ModelListWire.self)
    let rows = list.models.map { model in
      [
        model.name, "\(model.lastVersion)",
        model.aliases.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
          .joined(separator: " "),
        MomentText.minute(model.updatedAtMs),
      ]
    }
    try global.output.show(
      list,
      table: TextTable(
        ["MODEL", .number("NEWEST"), "ALIASES", "CHANGED"], rows: rows,
        whenEmpty: "No models yet. A workflow with 'register: {model: NAME}' makes one."),
      quiet: list.models.map(\.name))
  }
}
