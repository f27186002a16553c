import Glibc
import JobProtocol

/// What the agent of one of several nodes has to do with the others.
extension Attempt {
  /// Tells the lead, once, that this node ends badly by its own doing.
  func tellLead() {
    switch stopCause {
    case .canceled, .peerEnded: return
    case .timeLimit, .memoryLimit: break
    case .succeeded, .failed, .launchFailed, nil: guard firstFailure != nil else { return }
    }
    lead?.tellFailure()
  }

  /// Takes in what the lead says: why all nodes are to stop.
  func listenToLead() {
    for cause in lead?.causes() ?? [] where stopCause == nil {
      switch cause {
      case .timeLimit: message = "the time limit of the site was near"
      case .peerEnded: message = "another node of the job ended before"
      case .canceled, .succeeded, .failed, .memoryLimit, .launchFailed: break
      }
      stop(cause)
    }
  }

  /// The machine as its site calls it.
  static func host() -> String? {
    // sbatch(1), OUTPUT ENVIRONMENT VARIABLES.
    if let name = getenv("SLURMD_NODENAME") { return String(cString: name) }
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, 255) == 0 else { return nil }
    return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
