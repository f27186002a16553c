internal import API
internal import ArgumentParser

/// Draws curves in the terminal.
struct RunsPlotCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot", abstract: "Draws a metric's curves of one or more runs.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Identifiers of the runs.", valueName: "run"))
  var ids: [String]

  @Option(help: "Name of the metric.")
  var metric: String

  @Option(help: "Lines of the drawing.")
  var height = 16

  func validate() throws {
    guard (4...60).contains(height) else { throw ValidationError("Height is 4 to 60 lines.") }
  }

  func execute() async throws {
    let client = try await connection()
    var curves: [MetricHistoryWire] = []
    for id in ids {
      curves.append(
        try await client.get(
          "/api/v1/runs/\(FactoryClient.escaped(id))/metrics/\(FactoryClient.escaped(metric))",
          query: [("sample", "400")]))
    }
    let plot = CurvePlot(
      curves: zip(ids, curves).map { id, curve in
        CurvePlot.Curve(
          name: RunMark.of(id),
          points: curve.points.map { (Double($0.step), $0.value) })
      }, width: Terminal.standard.width - 14, height: height)
    try global.output.show(
      curves, text: plot.text, quiet: curves.flatMap { $0.points.map { "\($0.value)" } })
  }
}
