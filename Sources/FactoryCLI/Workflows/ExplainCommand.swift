internal import API
internal import ArgumentParser

/// Tells where something came from, whatever it is.
struct ExplainCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Tells where something came from: a prediction, a model version, a run, a job…",
    discussion: """
      The chain: prediction, model version, run, trial, job, dataset version, SHA-256 of each \
      source file.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(
    help: ArgumentHelp(
      "Any identifier: p_…, job_…, array_…, service_…, wr_…, dv_…, study_…, a run's 32 digits, "
        + "or NAME@VERSION.",
      valueName: "id"))
  var id: String

  func execute() async throws {
    let wire = try await connection().get(
      "/api/v1/explain/\(FactoryClient.escaped(id))", as: ExplanationWire.self)
    let output = global.output
    try output.show(
      wire, text: text(wire, output.terminal), quiet: wire.chain.map(\.id))
  }

  private func text(_ wire: ExplanationWire, _ terminal: Terminal) -> String {
    wire.chain.map { link in
      let head = "\(terminal.paint(link.kind, .faint))  \(link.id)\n"
      return head + link.details.filter { !$0.isEmpty }.map { "    \($0)\n" }.joined()
    }.joined()
  }
}
