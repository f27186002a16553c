import Foundation
import Glibc
public import JobProtocol
import Synchronization

/// Tells the factory from inside a task how its work goes.
///
/// Does nothing in a process that no agent started, so that every worker also runs by hand.
public final class TaskReporter: Sendable {
  /// Lines that are longer are dropped: the agent would not take them.
  static let maximumLineBytes = 64 << 10

  private let descriptor: Int32?
  /// Held while a line is written, so that lines of several threads never mix.
  private let writing = Mutex<Void>(())

  init(descriptor: Int32?) { self.descriptor = descriptor }

  /// The reporter of this process, as `AIFACTORY_REPORT_FD` says.
  public static func fromEnvironment() -> TaskReporter {
    let text = ProcessInfo.processInfo.environment["AIFACTORY_REPORT_FD"]
    guard let descriptor = text.flatMap({ Int32($0) }), descriptor > 2,
      fcntl(descriptor, F_GETFD) >= 0
    else { return TaskReporter(descriptor: nil) }
    // An agent that is gone must not end the work of its task by a signal.
    _ = signal(SIGPIPE, SIG_IGN)
    // Children of the worker have no business with its reports.
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return TaskReporter(descriptor: descriptor)
  }

  /// Sends one report; waits while the agent is behind, and gives up silently if it is gone.
  public func send(_ report: TaskReport) {
    guard let descriptor else { return }
    // A report that cannot be encoded (a NaN) is no reason to end the work it tells about.
    guard var line = try? Self.encoder.encode(report), line.count < Self.maximumLineBytes
    else { return }
    line.append(UInt8(ascii: "\n"))
    writing.withLock { _ in
      line.withUnsafeBytes { bytes in
        var rest = bytes[...]
        while !rest.isEmpty {
          let part = UnsafeRawBufferPointer(rebasing: rest)
          let count = write(descriptor, part.baseAddress, part.count)
          if count > 0 {
            rest = rest.dropFirst(count)
          } else if errno != EINTR {
            return
          }
        }
      }
    }
  }

  private static let encoder: JSONEncoder = {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    encoder.outputFormatting = [.withoutEscapingSlashes]
    return encoder
  }()
}
