import Foundation

/// What came of handing a batch script to Slurm.
enum SlurmSubmission: Sendable, Equatable {
  /// Slurm has the job, by that id.
  case accepted(String)
  /// Slurm will not have it, in its own words.
  case refused(String)
  /// Slurm may have it or not, or would take it later: it is asked again.
  case undecided(String)

  init(_ answer: SlurmCommands.Answer) {
    // `123`, or `123;cluster`.
    if answer.isSuccess,
      let id = answer.output.split(whereSeparator: { $0 == ";" || $0.isWhitespace }).first,
      id.allSatisfy(\.isNumber)
    {
      self = .accepted(String(id))
      return
    }
    self.init(complaint: answer.errors, words: answer.complaint)
  }

  /// - Parameters:
  ///   - complaint: everything that Slurm says against the job.
  ///   - words: the part of it that a person reads.
  init(complaint: String, words: String) {
    let mayPass = Self.passing.contains {
      complaint.range(of: $0, options: .caseInsensitive) != nil
    }
    self = mayPass ? .undecided(words) : .refused(words)
  }

  /// Complaints that say nothing against the job itself (slurm_errno.h).
  private static let passing = [
    "Unable to contact slurm controller", "Socket timed out", "Connection refused",
    "Connection reset", "Zero Bytes were transmitted", "standby mode",
    "temporarily unable to accept", "Resource temporarily unavailable", "job submit limit",
    "MaxSubmitJob", "authentication", "Munge", "I/O error", "Unspecified error",
    "cannot stat file", "No such file or directory", "Unable to process configuration file",
  ]
}
