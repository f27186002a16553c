import JobProtocol
import Testing

struct AttemptSpecCodecTests {
  static let full: AttemptSpec = {
    var spec = plainest
    spec.preparation = "tar -xf code.tar"
    spec.node = AttemptNode(index: 1, count: 3)
    spec.isolation = AttemptIsolation(
      hidden: ["/home/x"], shown: ["/jobs/x/work"], readOnly: [], network: false)
    spec.outputs = JobOutputs(paths: ["results", "größe.bin"])
    spec.listening = AttemptListening(
      portVariable: "PORT", host: "0.0.0.0", path: "/services/x", readyPath: "/health")
    spec.returned = JobOutputs(paths: ["output", "result.json"])
    return spec
  }()

  private static let plainest = AttemptSpec(
    job: "job_x", attempt: 3, marker: "m",
    spec: JobSpec(
      name: "größe", kind: .service, command: ["sh", "-c", "echo 'a b'"],
      environment: [EnvironmentVariable("A", "1=2"), EnvironmentVariable("B", "")],
      workingDirectory: "/tmp/x", taskCount: 7,
      resources: JobResources(
        cpus: 2, memoryBytes: 1 << 40, gpus: 1, timeLimitMs: 9, gracePeriodMs: 8,
        outputLimitBytes: 7),
      site: "local", priority: -5, purpose: "train"),
    workFolder: "/jobs/x/work", cpus: [3, 1], gpus: [0], checkpointFolder: "/jobs/x/checkpoints")

  @Test func `an instruction is read as it was written`() throws {
    #expect(try AttemptSpec(decoding: Self.full.encoded()) == Self.full)
    let plain = AttemptSpec(
      job: "j", attempt: 1, marker: "m", spec: JobSpec(name: "n", command: ["true"]),
      workFolder: "/w")
    #expect(try AttemptSpec(decoding: plain.encoded()) == plain)
  }

  @Test func `an instruction that was cut anywhere is refused`() {
    let bytes = Self.full.encoded()
    // Without its last fields it is what older servers wrote.
    let older = (1...8).map { Self.older(missing: $0).count }
    for length in 0..<bytes.count where !older.contains(length) {
      #expect(throws: JobProtocolError.self) {
        try AttemptSpec(decoding: Array(bytes.prefix(length)))
      }
    }
  }

  /// The instruction as servers wrote it that did not know its last fields.
  private static func older(missing fields: Int) -> [UInt8] {
    var older = full
    older.returned = nil
    if fields > 1 { older.listening = nil }
    if fields > 2 { older.outputs = nil }
    if fields > 3 { older.isolation = nil }
    if fields > 4 { older.node = nil }
    if fields > 5 { older.preparation = nil }
    if fields > 6 { older.checkpointFolder = nil }
    return Array(older.encoded().dropLast(fields))
  }

  @Test(arguments: 1...8)
  func `an instruction of an older server is read without what it did not know`(
    fields: Int
  ) throws {
    let read = try AttemptSpec(decoding: Self.older(missing: fields))
    #expect(read.spec == Self.full.spec)
    #expect(read.checkpointFolder == (fields < 7 ? Self.full.checkpointFolder : nil))
    #expect(read.preparation == (fields < 6 ? Self.full.preparation : nil))
    #expect(read.node?.index == (fields < 5 ? 1 : nil))
    #expect(read.isolation == (fields < 4 ? Self.full.isolation : nil))
    #expect(read.outputs == (fields < 3 ? Self.full.outputs : nil))
    #expect(read.listening == (fields < 2 ? Self.full.listening : nil))
    #expect(read.returned == nil)
  }

  @Test func `an instruction of another version is refused`() {
    var bytes = Self.full.encoded()
    bytes[7] = 2
    #expect(throws: JobProtocolError.unknownFormat) { try AttemptSpec(decoding: bytes) }
  }
}
