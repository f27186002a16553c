internal import Basics

/// What goes wrong in the program itself, apart from the factory.
struct CLIError: FactoryError {
  enum Code: String, Sendable {
    case usage
    case fileUnreadable = "file_unreadable"
    case fileExists = "file_exists"
    case fileUnwritable = "file_unwritable"
    case serverNotStarted = "server_not_started"
    case workFailed = "work_failed"
    case notFound = "not_found"
    case inspectionFailed = "inspection_failed"
    case otherMachine = "other_machine"
    case programMissing = "program_missing"
  }

  let code: Code
  let message: String
  let hint: String?

  init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }

  var exitStatus: ExitStatus {
    switch code {
    case .usage, .fileUnreadable, .fileExists, .notFound, .otherMachine: .wrongUse
    case .workFailed, .inspectionFailed: .workFailed
    case .fileUnwritable, .serverNotStarted, .programMissing: .factoryFailed
    }
  }
}
