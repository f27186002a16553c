internal import ArgumentParser
internal import Basics

/// `aifactory doctor`: what is there, what is missing, and how to get it.
struct DoctorCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Says what this factory has, what it lacks, and how to get it.",
    discussion: "Ends with exit code 3 where something that workflows need is missing.")
  @OptionGroup var global: GlobalOptions

  func execute() async throws {
    let report = await Examination(home: global.factoryHome).report()
    try global.output.show(
      report, text: report.text(on: global.output.terminal),
      quiet: report.checks.filter { $0.status == .missing }.map(\.name))
    if !report.ok { throw ExitStatus.factoryFailed }
  }
}

/// What `doctor` found.
struct ExaminationReport: Codable, Equatable {
  enum Status: String, Codable {
    case ok
    /// Works, with less.
    case warning
    /// Workflows cannot run without it.
    case missing
  }

  struct Check: Codable, Equatable {
    var name: String
    var status: Status
    var detail: String
    var hint: String?

    init(_ name: String, _ status: Status, _ detail: String, hint: String? = nil) {
      self.name = name
      self.status = status
      self.detail = detail
      self.hint = hint
    }
  }

  /// Whether nothing that workflows need is missing.
  var ok: Bool
  var checks: [Check]

  init(checks: [Check]) {
    self.checks = checks
    ok = !checks.contains { $0.status == .missing }
  }

  func text(on terminal: Terminal) -> String {
    var lines: [String] = []
    for check in checks {
      let mark =
        switch check.status {
        case .ok: terminal.paint("ok      ", .ofStatus("succeeded"))
        case .warning: terminal.paint("warning ", .ofStatus("running"))
        case .missing: terminal.paint("missing ", .ofStatus("failed"))
        }
      lines.append("\(mark) \(check.name): \(check.detail)")
      if let hint = check.hint { lines.append("         \(hint)") }
    }
    lines.append(ok ? "Ready for workflows." : "Something that workflows need is missing.")
    return lines.joined(separator: "\n")
  }
}
