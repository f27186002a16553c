import Foundation

/// What came of handing a batch script to Slurm.
enum SlurmSubmission: Sendable, Equatable {
  /// Slurm has the job, by that id.
  case accepted(String)
  /// Slurm will not have it, in its own words.
  case refused(String)
  /// Slurm will not have it now and does not say why, though nothing is wrong with the way there.
  case unexplained(String)
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
    self.init(complaint: answer.errors, words: answer.complaints)
  }

  /// - Parameters:
  ///   - complaint: everything that Slurm says against the job.
  ///   - words: the part of it that a person reads.
  init(complaint: String, words: String) {
    // A site's own rules (job_submit plugins) and limits of an account are told in lines before a
    // last word that may mean anything.
    let isTold = complaint.split(separator: "\n").contains { line in
      line.contains("error: ") && !Self.tells(Self.vague, line)
    }
    let mayPass =
      Self.tells(Self.passing, complaint) || (!isTold && Self.tells(Self.vague, complaint))
    self = mayPass ? .undecided(words) : .refused(words)
  }

  private static func tells(_ phrases: [String], _ text: some StringProtocol) -> Bool {
    phrases.contains { text.range(of: $0, options: .caseInsensitive) != nil }
  }

  /// Complaints that stand for many reasons, of which some pass.
  private static let vague = ["Unspecified error", "job submit limit"]

  /// Complaints that say nothing against the job itself (slurm_errno.h).
  private static let passing = [
    "Unable to contact slurm controller", "Socket timed out", "Connection refused",
    "Connection reset", "Zero Bytes were transmitted", "standby mode",
    "temporarily unable to accept", "Resource temporarily unavailable", "SubmitJob",
    "authentication", "Munge", "I/O error",
    // A partition that is being maintained.
    "partition not available",
    "cannot stat file", "No such file or directory", "Unable to process configuration file",
  ]
}
