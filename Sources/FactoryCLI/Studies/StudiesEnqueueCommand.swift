internal import API
internal import ArgumentParser
internal import Basics

/// Wants values tried by a study that workers share.
struct StudiesEnqueueCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "enqueue",
    abstract: "Wants values tried by a study that programs share, before its sampler decides.",
    discussion: """
      What is left out is filled in when the trial begins: \
      aifactory studies enqueue my-search rate=0.01 layers=3
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Identifier of the study, or its name.", valueName: "study"))
  var id: String

  @Argument(help: ArgumentHelp("Values of parameters.", valueName: "name=value"))
  var values: [String] = []

  @Option(
    help: ArgumentHelp(
      "A note of the trial; may be repeated. A value that is no JSON is a text.",
      valueName: "key=value"))
  var attribute: [String] = []

  @Flag(help: "Do nothing where these values were tried, or wait.")
  var skipIfExists = false

  func validate() throws {
    guard !values.isEmpty else { throw ValidationError("Name a value, such as rate=0.01.") }
  }

  func execute() async throws {
    let point = try values.map { word in
      let (name, text) = try Self.pair(word, hint: "Write name=value, such as rate=0.01.")
      return JSONMember(name, Self.value(text))
    }
    for (place, member) in point.enumerated()
    where point[..<place].contains(where: { $0.key == member.key }) {
      throw CLIError(.usage, "\(visible(member.key)) has two values.", hint: "Enqueue two points.")
    }
    var notes: [String: String] = [:]
    for word in attribute {
      let (key, text) = try Self.pair(word, hint: "Write key=value, such as why=guess.")
      let value = (try? JSONValue(parsing: text)) ?? .string(text)
      notes[key] = String(decoding: value.encoded(), as: UTF8.self)
    }
    let study = try await studyIdentifier(id)
    let wire = StudyEnqueueWire(
      point: .object(point), key: Self.key(), userAttributes: notes.isEmpty ? nil : notes,
      skipIfExists: skipIfExists ? true : nil)
    let answer = try await connection().post(
      "/api/v1/studies/\(FactoryClient.escaped(study))/enqueue", wire, as: StudyEnqueuedWire.self)
    let others = answer.waiting == 1 ? "1 point waits" : "\(answer.waiting) points wait"
    try global.output.show(
      answer,
      text: (answer.enqueued ? "The values will be tried: " : "They were tried, or wait: ")
        + others + ".", quiet: ["\(answer.waiting)"])
  }

  private static func pair(_ word: String, hint: String) throws -> (name: String, text: String) {
    guard let sign = word.firstIndex(of: "="), sign != word.startIndex else {
      throw CLIError(.usage, "\(visible(word)) names no value.", hint: hint)
    }
    return (String(word[..<sign]), String(word[word.index(after: sign)...]))
  }

  /// A number or a truth value where the text is one of JSON, else the text.
  private static func value(_ text: String) -> JSONValue {
    switch try? JSONValue(parsing: text) {
    case .number(let number)?: .number(number)
    case .bool(let flag)?: .bool(flag)
    default: .string(text)
    }
  }

  /// No other asking has the same one.
  private static func key() -> String {
    var random = SystemRandomNumberGenerator()
    return String(random.next(), radix: 16) + String(random.next(), radix: 16)
  }
}
