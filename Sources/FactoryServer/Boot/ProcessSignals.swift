import Glibc

/// How this process takes signals.
enum ProcessSignals {
  /// Lets TERM and INT through, which a parent that detaches its child may have blocked, and turns
  /// a write to somebody who has gone into an error.
  static func prepare() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    sigaddset(&signals, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    signal(SIGPIPE, SIG_IGN)
  }
}
