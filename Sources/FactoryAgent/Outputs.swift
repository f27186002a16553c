import Glibc
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

  /// True when bytes wait because the disk took them not.
  var areBehind: Bool { standardOutput.isBehind || standardError.isBehind }

  /// Writes what waits.
  func flush() {
    standardOutput.flush()
    standardError.flush()
  }

  /// Writes what waits as soon as there is room, and gives up what finds none within a minute.
  ///
  /// An allocation that ends meanwhile would take the job's true end with it.
  func finish() {
    let patience = monotonicMs() + 60_000
    flush()
    while areBehind, monotonicMs() < patience {
      usleep(200_000)
      flush()
    }
    standardOutput.giveUp()
    standardError.giveUp()
  }
}
