import CLinux
import Glibc
import JobProtocol

/// The pipes of an attempt's tasks.
extension Attempt {
  /// Bytes taken from one pipe before the others have their turn.
  private static let chunkBytes = 64 << 10
  /// Bytes taken at most from a pipe whose task has ended, which a stranger may still hold open.
  private static let lastBytes = 4 << 20

  private enum Pipe: CaseIterable { case standardOutput, standardError, report }

  /// Waits until a pipe or a signal has news, or a deadline has come, and takes the news in.
  func waitForNews(_ outputs: Outputs) {
    var watched = [pollfd(fd: signals, events: Int16(POLLIN), revents: 0)]
    var origins: [(index: Int, pipe: Pipe)] = []
    for index in running.indices {
      for pipe in Pipe.allCases where descriptor(index, pipe) >= 0 {
        watched.append(pollfd(fd: descriptor(index, pipe), events: Int16(POLLIN), revents: 0))
        origins.append((index, pipe))
      }
    }
    if let lead { watched.append(pollfd(fd: lead.input, events: Int16(POLLIN), revents: 0)) }
    let timeout = deadlines.timeoutMs(isBehind: journal.isBehind || outputs.areBehind)
    guard poll(&watched, nfds_t(watched.count), timeout) > 0 else { return }
    if lead != nil, watched.last?.revents != 0 { listenToLead() }
    for (origin, entry) in zip(origins, watched.dropFirst()) where entry.revents != 0 {
      take(origin.index, origin.pipe, outputs, limit: Self.chunkBytes)
    }
    if watched[0].revents != 0 { takeSignals() }
  }

  /// Acts on signals that have come.
  func takeSignals() {
    while case let signal = factory_next_signal(signals), signal != 0 {
      if signal == SIGTERM || signal == SIGINT { stop(.canceled) }
      // A site's engine says that its own limit is near.
      if signal == SIGUSR1, stopCause == nil {
        message = "the time limit of the site was near"
        stop(.timeLimit)
      }
    }
  }

  /// Takes what is left in the pipes of a task that has ended, and closes them.
  func drain(_ index: Int, _ outputs: Outputs) {
    for pipe in Pipe.allCases { take(index, pipe, outputs, limit: Self.lastBytes) }
    running[index].outputLines.finish { outputs.standardOutput.take($0) }
    running[index].errorLines.finish { outputs.standardError.take($0) }
    usage.droppedReports += running[index].reportLines.droppedCount
    running[index].closePipes()
  }

  private func descriptor(_ index: Int, _ pipe: Pipe) -> Int32 {
    switch pipe {
    case .standardOutput: running[index].standardOutput
    case .standardError: running[index].standardError
    case .report: running[index].report
    }
  }

  private func close(_ index: Int, _ pipe: Pipe) {
    _ = Glibc.close(descriptor(index, pipe))
    switch pipe {
    case .standardOutput: running[index].standardOutput = -1
    case .standardError: running[index].standardError = -1
    case .report: running[index].report = -1
    }
  }

  /// Reads a pipe until it is empty, closed, or the limit is reached.
  private func take(_ index: Int, _ pipe: Pipe, _ outputs: Outputs, limit: Int) {
    var total = 0
    withUnsafeTemporaryAllocation(byteCount: Self.chunkBytes, alignment: 16) { buffer in
      while total < limit, case let file = descriptor(index, pipe), file >= 0 {
        let count = read(file, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR { continue }
        if count < 0, errno == EAGAIN { return }
        guard count > 0 else { return close(index, pipe) }
        total += count
        handOn(UnsafeRawBufferPointer(rebasing: buffer[..<count]), index, pipe, outputs)
        if count < buffer.count / 2 { return }
      }
    }
  }

  private func handOn(
    _ bytes: UnsafeRawBufferPointer, _ index: Int, _ pipe: Pipe, _ outputs: Outputs
  ) {
    switch pipe {
    case .standardOutput:
      guard outputs.keepsLines else { return outputs.standardOutput.take(bytes) }
      running[index].outputLines.take(bytes) { outputs.standardOutput.take($0) }
    case .standardError:
      guard outputs.keepsLines else { return outputs.standardError.take(bytes) }
      running[index].errorLines.take(bytes) { outputs.standardError.take($0) }
    case .report:
      let number = running[index].number
      running[index].reportLines.take(bytes) { record(.report(task: number, line: $0)) }
    }
  }
}
