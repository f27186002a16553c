import JobProtocol

/// Both captured outputs of an attempt.
final class Outputs {
  var standardOutput: OutputCapture
  var standardError: OutputCapture
  /// True when several tasks share the files, so that only whole lines are written.
  let keepsLines: Bool

  init(folder: AttemptFolder, limit: Int64, keepsLines: Bool) {
    standardOutput = OutputCapture(path: folder.standardOutput, limit: limit)
    standardError = OutputCapture(path: folder.standardError, limit: limit)
    self.keepsLines = keepsLines
  }
}
