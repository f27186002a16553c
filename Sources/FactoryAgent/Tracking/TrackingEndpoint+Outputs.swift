import JobProtocol
import Synchronization

/// Files that tasks have left behind, taken in as if they had logged them.
extension TrackingEndpoint {
  /// Copies a file into the uploads, and journals it as an artifact of the job's run.
  ///
  /// It is copied, as who owns the original may go on to change it.
  /// - Parameters:
  ///   - path: below the run's artifacts.
  ///   - goesOn: asked after each part of some MiB.
  func keep(_ source: String, as path: String, goesOn: () -> Bool) throws(OutputLoss) {
    guard let artifacts = ownArtifacts else {
      throw OutputLoss(words: "the artifacts of the run do not lie in the factory")
    }
    let entry = try OutputCopy.make(of: source, named: path, in: folder, goesOn: goesOn)
    do {
      try take(entry, at: artifacts + "/" + path)
    } catch {
      throw OutputLoss(words: "`\(path)` could not be kept: the disk is full")
    }
  }

  /// Where the artifacts of the job's run lie, in the factory's own store; nil where they do not.
  private var ownArtifacts: String? {
    let location = state.withLock { state in
      state.view.ownRuns.first.flatMap { state.view.runs[$0]?.artifactLocation }
    }
    let scheme = "mlflow-artifacts:/"
    guard let location, location.hasPrefix(scheme) else { return nil }
    return String(location.dropFirst(scheme.count).drop { $0 == "/" })
  }
}
