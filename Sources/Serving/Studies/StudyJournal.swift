import Basics
import CLinux
import Glibc
import Optimization

/// The events of a shared study on disk, a line each: a CRC-32C in hexadecimal digits, a blank, JSON.
///
/// Whoever writes holds the lock beside it. A last line that is torn was never answered, and is cut
/// off; damage before it is an error.
final class StudyJournal {
  /// What the file held when it was opened.
  let events: [StudyEvent]
  private let file: OpenFile
  private let lock: FileLock

  /// Name of the file in the study's folder.
  static let fileName = "journal"
  /// Most bytes that are read.
  private static let limit = 4 << 30

  /// Opens the journal of a study's folder, or begins it.
  ///
  /// - Parameter patienceMs: how long another process that has it is waited for.
  /// - Throws: `study_led_already` while another process has it, `study_journal_damaged`.
  init(folder: String, patienceMs: Int = 0) throws {
    try FileTree.createFolder(folder)
    var lock = try FileLock.take(folder + "/lock")
    // One that was told to end answers those who asked before.
    for _ in 0..<(patienceMs / 20) where lock == nil {
      usleep(20_000)
      lock = try FileLock.take(folder + "/lock")
    }
    guard let lock else {
      throw ServingError(
        .studyLedAlready, "Another process leads the study of \(folder).",
        hint: "It ends by itself when nobody asks.")
    }
    let path = folder + "/" + Self.fileName
    let bytes = FileTree.exists(path) ? try FileTree.read(path, limit: Self.limit) : []
    let (events, length) = try Self.events(of: bytes, path: path)
    let opened = try OpenFile(path, for: .appending)
    // What is torn must not stand in the middle.
    try opened.resize(to: Int64(length))
    try opened.synchronize()
    try FileTree.synchronizeFolder(folder)
    self.events = events
    self.lock = lock
    file = opened
  }

  /// Returns when the events are on disk.
  ///
  /// - Throws: when they are not; then what was written of them must be read anew.
  func append(_ events: [StudyEvent]) throws(BasicsError) {
    guard !events.isEmpty else { return }
    var bytes: [UInt8] = []
    for event in events { bytes += Self.line(event) }
    try file.write(bytes)
    try file.synchronize()
  }

  static func line(_ event: StudyEvent) -> [UInt8] {
    let json = event.json.encoded()
    return Array(hexadecimal(checksum(json[...])).utf8) + [0x20] + json + [0x0A]
  }

  /// The events of whole lines, and how many bytes these take.
  static func events(
    of bytes: [UInt8], path: String
  ) throws -> (events: [StudyEvent], length: Int) {
    var events: [StudyEvent] = []
    var start = 0
    while let end = bytes[start...].firstIndex(of: 0x0A) {
      guard let event = event(of: bytes[start..<end]) else {
        // A last line can have lost its bytes to a power cut while its end was kept.
        guard bytes[(end + 1)...].isEmpty else {
          throw ServingError(
            .studyJournalDamaged, "\(path) is damaged in line \(events.count + 1).",
            hint: "Restore the home from a backup; what the ledger knows of the study is unharmed.")
        }
        break
      }
      events.append(event)
      start = end + 1
    }
    return (events, start)
  }

  private static func event(of line: ArraySlice<UInt8>) -> StudyEvent? {
    guard line.count > 9, line[line.startIndex + 8] == 0x20 else { return nil }
    let json = line.dropFirst(9)
    guard String(decoding: line.prefix(8), as: UTF8.self) == hexadecimal(checksum(json)) else {
      return nil
    }
    // A sum that is right over JSON that is none: written by something else.
    guard let document = try? JSONValue(parsing: Array(json)) else { return nil }
    return try? StudyEvent(json: document)
  }

  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBytes { factory_crc32c(0, $0.baseAddress, $0.count) }
  }

  private static func hexadecimal(_ number: UInt32) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
