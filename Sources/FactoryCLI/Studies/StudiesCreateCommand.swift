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
      "The search space, as JSON or YAML; without it, workers say what they want while they work.",
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
      leaseMs: try lease.map(Self.milliseconds),
      stopBelow: stopBelow, warmStart: warmStart.isEmpty ? nil : warmStart,
      goals: goal.count > 1 ? goal : nil, metrics: metric.count > 1 ? metric : nil)
    let study = try await connection().post("/api/v1/studies", terms, as: StudyWire.self)
    let others = differences(from: study)
    let words =
      others.isEmpty
      ? "can be asked." : "was there already, with " + others.joined(separator: ", ") + "."
    try global.output.show(
      study, text: "Study \(study.id) (\(study.name)) \(words)", quiet: [study.id])
  }

  /// What was asked for and is not so in a study that was there already.
  private func differences(from study: StudyWire) -> [String] {
    var words: [String] = []
    if let sampler, sampler != study.sampler { words.append("the sampler \(study.sampler)") }
    if let pruner, pruner != study.pruner { words.append("the pruner \(study.pruner)") }
    if let seed, seed != study.seed { words.append("the seed \(study.seed)") }
    if let budget, budget != study.budget {
      words.append(study.budget.map { "a budget of \($0) trials" } ?? "no budget")
    }
    return words
  }

  private static func milliseconds(_ seconds: Double) throws -> Int64 {
    guard seconds.isFinite else {
      throw CLIError(.usage, "A lease is a number of seconds.", hint: "Write `--lease 60`.")
    }
    return Int64(min(max(seconds * 1_000, 0), 1e15).rounded())
  }

  /// A file whose first sign is `{` is JSON, as errors then say; any other is YAML.
  private static func document(_ file: String) throws -> JSONValue {
    let document = try anyDocument(file)
    // Nothing would be heard as a study without a space.
    guard !document.isNull else {
      throw CLIError(
        .fileUnreadable, "\(visible(file)) is empty",
        hint: "write 'parameters: {rate: {log_uniform: [1e-5, 0.1]}}', or leave out --space")
    }
    return document
  }

  private static func anyDocument(_ file: String) throws -> JSONValue {
    let bytes: [UInt8]
    do {
      bytes = try FileTree.read(FileTree.absolute(file))
    } catch {
      throw CLIError(.fileUnreadable, error.message, hint: error.hint)
    }
    guard bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{") else {
      do {
        return try YAMLDocument.parse(String(decoding: bytes, as: UTF8.self), file: file).json
      } catch {
        throw CLIError(.fileUnreadable, error.message, hint: error.hint)
      }
    }
    do {
      return try JSONValue(parsing: bytes)
    } catch {
      throw CLIError(
        .fileUnreadable, "\(visible(file)) is no JSON: \(error.message)", hint: error.hint)
    }
  }
}
