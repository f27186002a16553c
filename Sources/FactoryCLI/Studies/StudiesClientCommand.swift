internal import ArgumentParser
internal import Basics

/// Writes the Python file by which programs work on shared studies.
struct StudiesClientCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "client", abstract: "Prints or writes a Python file that works on shared studies.",
    discussion: """
      It needs nothing but Python's standard library: aifactory studies client --into . puts \
      aifactory_study.py beside a script.
      """)

  @OptionGroup var global: GlobalOptions

  @Option(help: ArgumentHelp("Folder that gets aifactory_study.py.", valueName: "dir"))
  var into: String?

  func execute() async throws {
    guard let into else { return global.output.write(StudyClientCode.python) }
    let path = try PageFile.write(
      Array(StudyClientCode.python.utf8), to: into + "/" + StudyClientCode.fileName)
    try global.output.show(
      StudyClientJSON(file: path), text: "Python programs can import \(path)", quiet: [path])
  }
}

/// What `studies client --into DIR --output json` prints.
private struct StudyClientJSON: Encodable {
  var file: String
}
