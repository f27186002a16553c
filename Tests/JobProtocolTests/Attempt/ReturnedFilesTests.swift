import JobProtocol
import Testing

struct ReturnedFilesTests {
  private static let list = ReturnedFiles(files: [
    ReturnedFiles.File(path: "output/größe.json", upload: "a1", bytes: 3, sha256: "ab"),
    ReturnedFiles.File(path: "result.json", upload: "b2", bytes: 0, sha256: "cd"),
  ])

  @Test func `a list is read as it was written`() throws {
    #expect(try ReturnedFiles(decoding: Self.list.encoded()) == Self.list)
    #expect(
      try ReturnedFiles(decoding: ReturnedFiles(files: []).encoded()) == ReturnedFiles(files: []))
  }

  @Test func `a list that was cut anywhere, or has more, is refused`() {
    let bytes = Self.list.encoded()
    for length in bytes.indices {
      #expect(throws: JobProtocolError.self) {
        try ReturnedFiles(decoding: Array(bytes.prefix(length)))
      }
    }
    #expect(throws: JobProtocolError.self) { try ReturnedFiles(decoding: bytes + [0]) }
  }
}
