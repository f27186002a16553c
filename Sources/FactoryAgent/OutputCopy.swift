import Glibc
import JobProtocol

/// Why a file that a task left was not taken.
struct OutputLoss: Error { var words: String }

/// A copy of a file that a task left, among the attempt's uploads.
enum OutputCopy {
  /// Copies it, as who owns the original may go on to change it.
  ///
  /// - Parameters:
  ///   - path: what people call it.
  ///   - goesOn: asked after each part of some MiB.
  static func make(
    of source: String, named path: String, in folder: AttemptFolder, goesOn: () -> Bool
  ) throws(OutputLoss) -> TrackingFile {
    let file = Glibc.open(source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard file >= 0 else {
      throw OutputLoss(words: "`\(path)` cannot be read: \(errorText(errno))")
    }
    defer { Glibc.close(file) }
    guard var incoming = IncomingFile(in: folder) else { throw diskLoss(path) }
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
    guard let entry = incoming.finish() else { throw diskLoss(path) }
    return entry
  }

  private static func diskLoss(_ path: String) -> OutputLoss {
    OutputLoss(words: "`\(path)` could not be kept: the disk is full")
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
