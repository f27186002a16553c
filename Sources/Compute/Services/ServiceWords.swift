import JobProtocol

/// Sentences about services.
enum ServiceWords {
  /// How a job ended after which its service was given up.
  static func failure(_ job: Job) -> String {
    "job \(job.id) ended: " + (JobEndWords(job).sentences.prefix(2).joined(separator: " "))
  }

  /// Seconds, in words.
  static func seconds(_ ms: Int64) -> String {
    let seconds = max(1, (ms + 999) / 1_000)
    return seconds == 1 ? "1 second" : "\(seconds) seconds"
  }
}

/// Why a service has no answer, and when to ask again.
public struct ServiceAbsence: Sendable, Equatable {
  /// Whole sentences.
  public var sentences: [String]
  /// Seconds after which asking again makes sense.
  public var retryAfterSeconds: Int
}
