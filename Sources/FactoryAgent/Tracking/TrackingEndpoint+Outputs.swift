import Glibc
import JobProtocol
import Synchronization

/// Files that tasks have left behind, taken in as if they had logged them.
extension TrackingEndpoint {
  /// Why a file was not taken.
  struct OutputLoss: Error { var words: String }

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
    let file = Glibc.open(source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard file >= 0 else {
      throw OutputLoss(words: "`\(path)` cannot be read: \(errorText(errno))")
    }
    defer { Glibc.close(file) }
    let entry = try copy(file, named: path, goesOn: goesOn)
    do {
      try take(entry, at: artifacts + "/" + path)
    } catch {
      throw OutputLoss(words: "`\(path)` could not be kept: the disk is full")
    }
  }

  private func copy(
    _ file: Int32, named path: String, goesOn: () -> Bool
  ) throws(OutputLoss) -> TrackingFile {
    guard var incoming = IncomingFile(in: folder) else { throw Self.diskLoss(path) }
    let before = Version(of: file)
    let end: String? = withUnsafeTemporaryAllocation(byteCount: 4 << 20, alignment: 4096) {
      buffer -> String? in
      while true {
        let count = Glibc.read(file, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { return "cannot be read: \(errorText(errno))" }
        if count == 0 { return nil }
        guard incoming.add(UnsafeRawBufferPointer(rebasing: buffer[..<count])) else {
          return "could not be kept: the disk is full"
        }
        guard goesOn() else { return "was not kept: the job was stopped" }
      }
    }
    if let end {
      incoming.discard()
      throw OutputLoss(words: "`\(path)` \(end)")
    }
    guard before == Version(of: file) else {
      incoming.discard()
      throw OutputLoss(words: "`\(path)` changed while it was kept")
    }
    guard let entry = incoming.finish() else { throw Self.diskLoss(path) }
    return entry
  }

  private static func diskLoss(_ path: String) -> OutputLoss {
    OutputLoss(words: "`\(path)` could not be kept: the disk is full")
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

/// By which a file is seen to have changed.
private struct Version: Equatable {
  let bytes: Int
  let seconds: Int
  let nanoseconds: Int

  init(of file: Int32) {
    var status = stat()
    _ = fstat(file, &status)
    (bytes, seconds, nanoseconds) = (
      Int(status.st_size), Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec)
    )
  }
}
