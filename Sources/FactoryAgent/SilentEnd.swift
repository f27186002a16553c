import CLinux
import Glibc
import JobProtocol

/// Ends an attempt whose agent was killed, in its stead: nobody else in its allocation notices.
struct SilentEnd {
  let folder: AttemptFolder

  /// Kills what the agent has left, and writes the end unless the agent has done so.
  func tell(_ signal: Int32) {
    // One that was killed before it began has left nothing: the instruction is still there to be claimed.
    guard rename(folder.spec, folder.claimedSpec) == 0 || access(folder.claimedSpec, F_OK) == 0,
      let bytes = ProcFile.bytes(folder.claimedSpec, limit: 64 << 20)
    else { return }
    if let spec = try? AttemptSpec(decoding: bytes) { Survivors.kill(marker: spec.marker) }
    var reader = JournalReader(path: folder.journal)
    var last: JournalEvent?
    while case let records = reader.next(), !records.isEmpty { last = records.last?.event }
    if case .ended? = last { return }
    let file = open(folder.journal, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    guard factory_lock_file(file) == 0 else {
      close(file)
      return
    }
    var writer = JournalWriter(file: file, after: reader.offset)
    // Nobody has told it to stop, which is how the server knows that it was not its doing.
    writer.append(
      .ended(
        AttemptEnd(
          outcome: .canceled, exit: .killed(signal: signal),
          message: "the agent died without a word, by signal \(signal)", usage: AttemptUsage())),
      timeMs: wallClockMs())
    writer.flush()
    writer.synchronize()
  }
}
