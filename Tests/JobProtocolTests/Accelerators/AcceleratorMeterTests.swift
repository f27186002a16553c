import Testing

@testable import JobProtocol

struct AcceleratorMeterTests {
  private func sample(_ busy: Int64?, _ watts: Int64?, bytes: Int64? = nil) -> AcceleratorSample {
    AcceleratorSample(
      busyPermille: busy, memoryBytes: bytes, milliwatts: watts.map { $0 * 1_000 })
  }

  @Test func `between two looks each value is the mean of both`() {
    var meter = AcceleratorMeter()
    meter.take([sample(0, 100), sample(1_000, 300)], atMs: 1_000)
    #expect(meter.usage == nil, "one look is no time")
    meter.take([sample(500, 200), sample(1_000, 300)], atMs: 11_000)
    // Ten seconds of 150 W and of 300 W; a quarter and all of them busy.
    #expect(
      meter.usage
        == AcceleratorUsage(measuredMs: 20_000, busyMs: 12_500, microjoules: 4_500_000_000))
    meter.take([sample(500, 200), sample(1_000, 300)], atMs: 12_000)
    #expect(meter.usage?.microjoules == 5_000_000_000)
  }

  @Test func `what one of two looks does not tell is left out`() {
    var meter = AcceleratorMeter()
    meter.take([sample(nil, 100, bytes: 7)], atMs: 0)
    meter.take([sample(900, nil, bytes: 5)], atMs: 1_000)
    #expect(meter.usage == AcceleratorUsage(maxMemoryBytes: 7))
    meter.take([sample(900, 100, bytes: 6)], atMs: 2_000)
    #expect(meter.usage == AcceleratorUsage(measuredMs: 1_000, busyMs: 900, maxMemoryBytes: 7))
  }

  @Test func `looks far apart, or of another number, are not joined`() {
    var meter = AcceleratorMeter()
    meter.take([sample(1_000, 100)], atMs: 0)
    meter.take([sample(1_000, 100)], atMs: AcceleratorMeter.longestGapMs + 1)
    meter.take([], atMs: AcceleratorMeter.longestGapMs + 2)
    meter.take([sample(1_000, 100)], atMs: AcceleratorMeter.longestGapMs + 3)
    #expect(meter.usage == nil)
    #expect(meter.latest(atMs: AcceleratorMeter.longestGapMs + 4).count == 1)
    #expect(meter.latest(atMs: 2 * AcceleratorMeter.longestGapMs).isEmpty, "that is not now")
  }

  @Test func `nodes are added up, with the most memory of one`() {
    var sum = AcceleratorUsage(measuredMs: 1, busyMs: 1, maxMemoryBytes: 5)
    sum.add(AcceleratorUsage(measuredMs: 2, busyMs: 1, microjoules: 9, maxMemoryBytes: 4))
    #expect(
      sum == AcceleratorUsage(measuredMs: 3, busyMs: 2, microjoules: 9, maxMemoryBytes: 5))
  }

  @Test func `what they do goes through the journal, and what older agents write is read`() throws {
    var sample = ResourceSample(busyPermille: 1, residentBytes: 2, cpuMs: 3)
    var usage = AttemptUsage()
    for _ in 0..<2 {
      for event in [
        JournalEvent.sample(sample), .usage(usage),
        .ended(AttemptEnd(outcome: .succeeded, exit: .exited(code: 0), usage: usage)),
      ] {
        var writer = ByteWriter()
        event.write(to: &writer)
        var reader = ByteReader(writer.bytes[...])
        #expect(try JournalEvent(from: &reader) == event)
        #expect(reader.isAtEnd)
      }
      sample.accelerators = [self.sample(5, nil), self.sample(nil, 7, bytes: 8)]
      sample.acceleratorMicrojoules = 11
      usage.accelerators = AcceleratorUsage(measuredMs: 4, busyMs: 3, microjoules: 2)
    }
  }
}
