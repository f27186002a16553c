/// The stable exit codes of the program.
enum ExitStatus: Int32, Error, Sendable {
  case done = 0
  /// A gate, a check or a job failed: a result, already told.
  case workFailed = 1
  case wrongUse = 2
  /// The factory could not do its work.
  case factoryFailed = 3
}
