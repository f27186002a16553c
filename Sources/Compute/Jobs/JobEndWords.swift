import JobProtocol

/// Sentences about how a job ended.
struct JobEndWords {
  let job: Job

  init(_ job: Job) { self.job = job }

  var sentences: [String] {
    var sentences = [first]
    if let message = job.message {
      sentences.append(message.prefix(1).uppercased() + message.dropFirst() + ".")
    }
    if let restarts = Self.restarts(of: job) { sentences.append(restarts) }
    if job.usage.droppedOutputBytes > 0 {
      sentences.append(
        "\(job.usage.droppedOutputBytes) bytes of output beyond the limit were not kept.")
    }
    return sentences
  }

  private var first: String {
    switch job.reason {
    case .succeeded: "The job ended as it should, with exit code 0."
    case .failed: "The job failed: \(exit)."
    case .canceledByUser: "Somebody canceled the job."
    case .timeLimit:
      job.spec.resources.timeLimitMs.map {
        "The job was stopped at its time limit of \($0 / 1_000) seconds."
      } ?? "The job was stopped at the time limit of its site."
    case .memoryLimit:
      job.spec.resources.memoryBytes.map {
        "The job was killed when it used more than its memory limit of \(megabytes($0)) MB."
      }
        ?? "The job was killed when it used more memory than its site gives to who asks for none; "
        + "ask for what it needs with --memory."
    case .lostAgent: "The agent that watched over the job died."
    case .lostNode:
      job.site == Site.localName
        ? "The machine restarted while the job ran." : "The site lost a node of the job."
    case .preempted: "The site took the job's place away for another job."
    case .launchFailed: "The job could not be started."
    case .dependencyFailed: "The job never ran, because what it was to follow did not succeed."
    case nil: "The job has ended."
    }
  }

  /// How often the job was started again by itself, and after what; nil where it was not.
  static func restarts(of job: Job) -> String? {
    guard job.restarts > 0, let restart = job.spec.restart else { return nil }
    let times = job.restarts == 1 ? "once" : "\(job.restarts) times"
    return "It was started again \(times) of at most \(restart.atMost), last after "
      + "\(job.restartReason?.rawValue ?? "an end")."
  }

  private var exit: String {
    if job.exitCode == 0 {
      return "its process ended with exit code 0, but not all went well"
    }
    if let signal = job.signal { return "signal \(signal) ended its process" }
    return "its process ended with exit code \(job.exitCode ?? -1)"
  }
}
