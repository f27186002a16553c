import JobProtocol
import Testing

struct TrackingTests {
  private static let tracking = AttemptTracking(
    run: Array(#"{"run":{}}"#.utf8), experiments: Array("{}".utf8), serverUrl: "http://here:1",
    serverToken: "secret")

  @Test func `an instruction tells of a run, and older ones tell of none`() throws {
    var spec = AttemptSpec(
      job: "job_1", attempt: 2, marker: "m", spec: JobSpec(name: "n", command: ["true"]),
      workFolder: "/tmp", cpus: [1], gpus: [0])
    #expect(try AttemptSpec(decoding: spec.encoded()) == spec)
    // Before there was tracking, the file ended here.
    #expect(try AttemptSpec(decoding: spec.encoded().dropLast().map(\.self)) == spec)
    spec.tracking = Self.tracking
    #expect(try AttemptSpec(decoding: spec.encoded()) == spec)
  }

  @Test func `calls and files survive the journal`() {
    let calls = [
      TrackingCall(method: "POST", path: "runs/create", made: "0a", body: Array("{}".utf8)),
      TrackingCall(
        method: "PUT", path: "artifacts/1/a/ä b", body: [],
        file: TrackingFile(name: "f", bytes: 1 << 40, sha256: "00ff")),
    ]
    let records = calls.map { JournalRecord(timeMs: 7, event: .call($0)) }
    let bytes = JournalFormat.head + records.flatMap { JournalFormat.encode($0) }
    let reading = JournalFormat.read(bytes, startsWithHead: true)
    #expect(reading.records == records)
    #expect(reading.byteCount == bytes.count)
    #expect(!reading.isDamaged)
  }

  @Test func `the digest is SHA-256, however the bytes are cut`() {
    // FIPS 180-4, and a million letters.
    let known = [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ]
    for (text, digits) in known {
      for size in [1, 7, 55, 56, 63, 64, 65, 1_000] where text.utf8.count < 100 || size > 50 {
        var digest = FileDigest()
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
          bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { digest.add($0) }
        }
        #expect(digest.finish() == digits)
      }
    }
  }
}
