internal import API
internal import ArgumentParser
internal import Basics
import Foundation

/// Makes a study that workers share.
struct StudiesCreateCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Makes a study that workers share, or joins the one of that name.",
    discussion: """
      Workers ask it for trials over HTTP, such as Python programs with the file that \
      'aifactory studies client' writes.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "Name of the study.")
  var name: String

  @Option(
    help: ArgumentHelp(
      "JSON of the search space; without it, workers say what they want while they work.",
      valueName: "file"))
  var space: String?

  @Option(help: "minimize or maximize; once for each value of a trial.")
  var goal: [String] = []

  @Option(help: "What the values are, for people; once for each value of a trial.")
  var metric: [String] = []

  @Option(help: "Name of a sampler.")
  var sampler: String?

  @Option(help: "Name of a pruner.")
  var pruner: String?

  @Option(help: "Seed of all random decisions.")
  var seed: UInt64?

  @Option(help: "How many trials there will be.")
  var budget: Int?

  @Option(help: "Steps of a whole trial, by which pruners set their rungs.")
  var steps: Int?

  @Option(help: "Seconds that a worker may be silent before its trial is given to another.")
  var lease: Double?

  @Option(
    help: ArgumentHelp(
      "End the study when less improvement is expected, in the unit of its values.",
      valueName: "improvement"))
  var stopBelow: Double?

  @Option(
    help: ArgumentHelp(
      "Try the best points of that study first; may be repeated. Its space is taken without --space.",
      valueName: "study"))
  var warmStart: [String] = []

  func execute() async throws {
    let terms = StudyTermsWire(
      name: name, goal: goal.count == 1 ? goal[0] : nil,
      metric: metric.count == 1 ? metric[0] : nil,
      space: try space.map(Self.document), sampler: sampler, pruner: pruner, seed: seed,
      budget: budget, steps: steps,
      leaseMs: lease.map { Int64(min(max($0 * 1_000, 0), 1e15).rounded()) },
      stopBelow: stopBelow, warmStart: warmStart.isEmpty ? nil : warmStart,
      goals: goal.count > 1 ? goal : nil, metrics: metric.count > 1 ? metric : nil)
    let study = try await connection().post("/api/v1/studies", terms, as: StudyWire.self)
    try global.output.show(
      study, text: "Study \(study.id) (\(study.name)) can be asked.", quiet: [study.id])
  }

  private static func document(_ file: String) throws -> JSONValue {
    let bytes: [UInt8]
    do {
      bytes = try FileTree.read(FileTree.absolute(file))
    } catch {
      throw CLIError(.fileUnreadable, error.message, hint: error.hint)
    }
    do {
      return try JSONValue(parsing: bytes)
    } catch {
      throw CLIError(
        .fileUnreadable, "\(visible(file)) is no JSON: \(error.message)", hint: error.hint)
    }
  }
}
