import CLinux
import JobProtocol
import Testing

struct JournalFormatTests {
  static var usage: AttemptUsage {
    var usage = AttemptUsage()
    (usage.cpuMs, usage.maxRssBytes, usage.stdoutBytes) = (1, 2, 3)
    (usage.stderrBytes, usage.droppedOutputBytes, usage.droppedReports) = (4, 5, 6)
    return usage
  }

  static let records: [JournalRecord] = [
    .started(
      AgentStart(pid: 7, startTicks: 99, version: "1", memory: .cgroupV2, cgroup: "/sys/x")),
    .started(
      AgentStart(pid: 7, startTicks: 99, version: "1", memory: .none, cgroup: nil, host: "n1")),
    .stopping(.peerEnded),
    .taskStarted(task: 0, pid: 8),
    .report(task: 2, line: Array(#"{"progress":{}}"#.utf8)),
    .usage(usage),
    .stopping(.timeLimit),
    .taskEnded(task: 0, exit: .exited(code: 3), usage: TaskUsage(cpuMs: 5, maxRssBytes: 6)),
    .taskEnded(task: 1, exit: .killed(signal: 9), usage: TaskUsage()),
    .taskEnded(task: 2, exit: .notStarted("no such file"), usage: TaskUsage()),
    .sample(ResourceSample(busyPermille: 1_500, residentBytes: 1 << 40, cpuMs: 9)),
    .sample(
      ResourceSample(busyPermille: 0, residentBytes: 0, cpuMs: 0, energyMicrojoules: .max)),
    .note("größer"),
    .ended(
      AttemptEnd(outcome: .memoryLimit, exit: .killed(signal: 9), message: nil, usage: usage)),
    .ended(AttemptEnd(outcome: .failed, exit: .exited(code: 1), message: "m", usage: usage)),
  ].enumerated().map { JournalRecord(timeMs: Int64($0.offset), event: $0.element) }

  static let bytes = JournalFormat.head + records.flatMap { JournalFormat.encode($0) }

  @Test func `the checksum is CRC-32C`() {
    let digits = Array("123456789".utf8)
    #expect(factory_crc32c(0, digits, digits.count) == 0xE306_9283)
  }

  @Test func `a checksum of any length may be computed in pieces`() {
    let bytes = (0..<100).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }
    for count in 0...bytes.count {
      // Bit by bit, as the polynomial says (reflected 0x1EDC6F41).
      var expected: UInt32 = ~0
      for byte in bytes.prefix(count) {
        expected ^= UInt32(byte)
        for _ in 0..<8 { expected = expected >> 1 ^ (expected & 1 == 1 ? 0x82F6_3B78 : 0) }
      }
      #expect(factory_crc32c(0, bytes, count) == ~expected)
      let half = count / 3
      let first = factory_crc32c(0, bytes, half)
      #expect(factory_crc32c(first, Array(bytes[half..<count]), count - half) == ~expected)
    }
  }

  @Test func `records are read as they were written`() {
    let reading = JournalFormat.read(Self.bytes, startsWithHead: true)
    #expect(reading.records == Self.records)
    #expect(reading.byteCount == Self.bytes.count)
    #expect(!reading.isDamaged)
  }

  @Test func `a journal that was cut anywhere gives its whole records and goes on later`() {
    for length in 0...Self.bytes.count {
      let first = JournalFormat.read(Array(Self.bytes.prefix(length)), startsWithHead: true)
      #expect(!first.isDamaged)
      #expect(first.byteCount <= length)
      let rest = JournalFormat.read(
        Array(Self.bytes[first.byteCount...]), startsWithHead: first.byteCount == 0)
      #expect(first.records + rest.records == Self.records)
    }
  }

  @Test func `a flipped bit never yields a record that was not written`() {
    for position in Self.bytes.indices {
      for bit in 0..<8 {
        var bytes = Self.bytes
        bytes[position] ^= 1 << bit
        let reading = JournalFormat.read(bytes, startsWithHead: true)
        #expect(reading.byteCount <= position, "byte \(position), bit \(bit)")
        #expect(Self.records.starts(with: reading.records))
      }
    }
  }

  @Test func `a record of a later kind is passed over`() {
    var payload: [UInt8] = Array(repeating: 0, count: 8) + [200, 1, 2, 3]
    let length = withUnsafeBytes(of: UInt32(payload.count).littleEndian) { Array($0) }
    let summed = length + payload
    let sum = withUnsafeBytes(of: factory_crc32c(0, summed, summed.count).littleEndian) {
      Array($0)
    }
    payload = length + sum + payload
    let bytes = JournalFormat.head + payload + JournalFormat.encode(Self.records[2])
    let reading = JournalFormat.read(bytes, startsWithHead: true)
    #expect(reading.records == [Self.records[2]])
    #expect(reading.byteCount == bytes.count)
  }
}
