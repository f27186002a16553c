import CLinux
import Glibc
import Synchronization

/// Turns TERM and INT into a descriptor that can be polled.
///
/// A handler, since a mask would have to be set before the first thread of the program exists.
enum StopSignal {
  /// The end that the handler writes to; a handler can reach globals alone.
  private static let writing = Atomic<Int32>(-1)

  /// Becomes readable when the process is told to end.
  static func descriptor() throws(ServingError) -> Int32 {
    var reading: Int32 = -1
    var end: Int32 = -1
    guard factory_pipe(&reading, &end) == 0 else {
      throw ServingError(.socketFailed, "No pipe can be made: error \(errno).")
    }
    writing.store(end, ordering: .sequentiallyConsistent)
    for number in [SIGTERM, SIGINT] {
      signal(number) { _ in
        var byte: UInt8 = 1
        _ = Glibc.write(StopSignal.writing.load(ordering: .sequentiallyConsistent), &byte, 1)
      }
    }
    signal(SIGPIPE, SIG_IGN)
    return reading
  }
}
