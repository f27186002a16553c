import Foundation
import Testing

@testable import DataPipelines

@Suite struct HostileInputTests {
  /// Rows that make a valid table of any header of two columns `a` and `y`.
  private func rows(_ count: Int = 30) -> String {
    (0..<count).map { "\($0 % 7),\($0 % 5)\n" }.joined()
  }

  @Test func `UTF-16 with and without a mark, UTF-8 with one, and Windows-1252 are read`() throws {
    let text = "näme,y\n" + (0..<20).map { "Zürich €,\($0)\n" }.joined()
    let utf16 = Array(text.utf16)
    let little = utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let big = utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    let windows = text.unicodeScalars.map { $0 == "€" ? 0x80 : UInt8($0.value) }
    let files: [(String, [UInt8])] = [
      ("utf8-mark", [0xEF, 0xBB, 0xBF] + Array(text.utf8)), ("little", [0xFF, 0xFE] + little),
      ("big", [0xFE, 0xFF] + big), ("little-bare", little), ("windows", windows),
    ]
    for (name, bytes) in files {
      let fixture = try DatasetFixture()
      let request = fixture.request([try fixture.file("\(name).csv", bytes)])
      let (manifest, _) = try fixture.build(request)
      #expect(manifest.columns.first?.name == "näme", "\(name)")
      #expect(try fixture.texts("näme", of: request).first == "Zürich €", "\(name)")
    }
  }

  @Test func `A Windows-1252 letter far behind the first bytes is still found`() throws {
    let fixture = try DatasetFixture()
    let head = Array("name,y\n".utf8) + (0..<30_000).flatMap { Array("abc,\($0 % 9)\n".utf8) }
    let bytes = head + Array("caf".utf8) + [0xE9] + Array(",3\n".utf8)
    let request = fixture.request([try fixture.file("d.csv", bytes)])
    let (_, folder) = try fixture.build(request)
    #expect(try fixture.texts("name", of: request).last == "café")
    #expect(try folder.profile().warnings.contains { $0.message.contains("Windows-1252") })
  }

  @Test func `One column is a table`() throws {
    let fixture = try DatasetFixture()
    let request = try fixture.request("y\n" + (0..<20).map { "\($0)\n" }.joined())
    #expect(try fixture.build(request).0.rowCount == 20)
  }

  @Test(arguments: [1, 2, 4]) func `Too few rows are refused by number`(count: Int) throws {
    let fixture = try DatasetFixture()
    let error = try fixture.failure(try fixture.request("a,y\n" + rows(count)))
    #expect(error?.code == .tooFewRows)
    #expect(error?.message.contains(count == 1 ? "is 1 row" : "are \(count) rows") == true)
  }

  @Test func `Five rows make a sensible split`() throws {
    let fixture = try DatasetFixture()
    let (manifest, _) = try fixture.build(try fixture.request("a,y\n" + rows(5)))
    #expect(manifest.splitRowCounts == ["train": 3, "validation": 1, "test": 1])
  }

  @Test func `A header alone, an empty file and blanks are refused with the file's name`() throws {
    for (text, code) in [
      ("a,y\n", DataError.Code.tooFewRows), ("", .sourceEmpty), (" \n\n", .sourceEmpty),
    ] {
      let fixture = try DatasetFixture()
      let error = try fixture.failure(try fixture.request(text))
      #expect(error?.code == code)
      #expect(error?.message.contains("data.csv") == true)
    }
  }

  @Test func `A column without values is kept and warned of`() throws {
    let fixture = try DatasetFixture()
    let csv = "a,y\n" + (0..<20).map { ",\($0)\n" }.joined()
    let (_, folder) = try fixture.build(try fixture.request(csv))
    #expect(try folder.profile().warnings.contains { $0.code == "empty" && $0.column == "a" })
  }

  @Test func `A missing target is named with the columns there are`() throws {
    let fixture = try DatasetFixture()
    let error = try fixture.failure(try fixture.request("a,y\n" + rows(), target: "quality"))
    #expect(error?.code == .columnMissing)
    #expect(error?.message == "There is no column quality. The columns are: a, y.")
  }

  @Test func `A target without any value is refused`() throws {
    let fixture = try DatasetFixture()
    let csv = "a,y\n" + (0..<20).map { "\($0),NA\n" }.joined()
    let error = try fixture.failure(try fixture.request(csv))
    #expect(error?.code == .tooFewRows)
  }

  @Test func `Two thousand columns are read, profiled and split`() throws {
    let fixture = try DatasetFixture()
    let names = (0..<1_999).map { "f\($0)" } + ["y"]
    var csv = names.joined(separator: ",") + "\n"
    for row in 0..<30 {
      csv += (0..<2_000).map { String(($0 * 7 + row * 13) % 50) }.joined(separator: ",") + "\n"
    }
    let (manifest, folder) = try fixture.build(try fixture.request(csv))
    #expect(manifest.columns.count == 2_000)
    #expect(try folder.profile().columns[5].numbers != nil)
  }

  @Test func `Numbers mixed with many words stay words`() throws {
    let fixture = try DatasetFixture()
    let csv = "a,y\n" + (0..<60).map { "\($0 % 3 == 0 ? "word" : "\($0 % 6)"),\($0)\n" }.joined()
    let (manifest, _) = try fixture.build(try fixture.request(csv))
    #expect(manifest.columns[0].type == .category)
  }

  @Test func `Windows line ends, also mixed with others, end rows`() throws {
    for end in ["\r\n", "\r"] {
      let fixture = try DatasetFixture()
      let csv = ("a,y\n" + rows()).replacingOccurrences(of: "\n", with: end)
      #expect(try fixture.build(try fixture.request(csv)).0.rowCount == 30)
    }
    let lines = rows(10)
    let windows = lines.replacingOccurrences(of: "\n", with: "\r\n")
    for mixed in ["a,y\r\n" + lines + windows, "a,y\n" + windows + lines] {
      let fixture = try DatasetFixture()
      #expect(try fixture.build(try fixture.request(mixed)).0.rowCount == 20)
    }
  }

  @Test func `A ragged row is refused with its line`() throws {
    let fixture = try DatasetFixture()
    let error = try fixture.failure(try fixture.request("a,y\n" + rows(10) + "1,2,3\n" + rows(10)))
    #expect(error?.code == .rowRagged)
    #expect(error?.message.contains("data.csv line 12 has 3 fields where 2 are expected") == true)
  }

  @Test func `An unclosed quote is read or refused, never a hang`() throws {
    let fixture = try DatasetFixture()
    let request = try fixture.request("a,y\n" + rows(10) + "\"open,2\n" + rows(10))
    let error = try fixture.failure(request)
    #expect(error == nil || error?.code == .sourceUnreadable)
  }

  @Test func `A truncated Parquet file is refused`() throws {
    let fixture = try DatasetFixture()
    let request = try fixture.request(sampleCSV(rows: 100))
    _ = try fixture.build(request)
    let whole = try Data(contentsOf: URL(fileURLWithPath: request.outputFolder + "/table.parquet"))
    try FileManager.default.removeItem(atPath: request.outputFolder)
    let cut = fixture.request([try fixture.file("t.parquet", whole.prefix(whole.count / 2))])
    let error = try fixture.failure(cut)
    #expect(error?.code == .sourceUnreadable)
    #expect(error?.message.hasPrefix("t.parquet cannot be read") == true)
  }

  @Test func `NUL bytes and files of another kind are refused`() throws {
    let contents: [[UInt8]] = [
      Array("a,y\n1,2\n3,".utf8) + [0] + Array("4\n".utf8),
      [0x50, 0x4B, 0x03, 0x04, 0x14, 0x00], (0..<4_096).map { UInt8(($0 * 31) & 255) },
    ]
    for content in contents {
      let fixture = try DatasetFixture()
      let error = try fixture.failure(fixture.request([try fixture.file("d.csv", content)]))
      #expect(error?.code == .sourceUnreadable || error?.code == .encodingUnknown)
    }
  }

  @Test func `Names that are twice, empty or reserved are changed, and it is said`() throws {
    let fixture = try DatasetFixture()
    let csv = "a,A,,_split,y\n" + (0..<20).map { "\($0),1,2,3,\($0)\n" }.joined()
    let (manifest, folder) = try fixture.build(try fixture.request(csv))
    #expect(manifest.columns.map(\.name) == ["a", "A_1", "column3", "_split_1", "y"])
    #expect(try folder.profile().warnings.filter { $0.code == "renamed" }.count == 2)
  }

  @Test func `Quoted line ends, separators and quotes belong to the value`() throws {
    let fixture = try DatasetFixture()
    let csv = "a,y\n" + (0..<10).map { "\"one\ntwo, \"\"three\"\"\",\($0)\n" }.joined()
    let request = try fixture.request(csv)
    #expect(try fixture.build(request).0.rowCount == 10)
    #expect(try fixture.texts("a", of: request).first == "one\ntwo, \"three\"")
  }

  @Test func `A line of five megabytes is read`() throws {
    let fixture = try DatasetFixture()
    var bytes = Array(("a,y\n" + rows()).utf8)
    bytes += [UInt8](repeating: UInt8(ascii: "x"), count: 5_000_000) + Array(",3\n".utf8)
    let request = fixture.request([try fixture.file("d.csv", bytes)])
    #expect(try fixture.build(request).0.rowCount == 31)
    #expect(try fixture.texts("a", of: request).last?.count == 5_000_000)
  }

  @Test func `A folder and a missing file are refused by name`() throws {
    let fixture = try DatasetFixture()
    var file = try fixture.file("d.csv", "a,y\n")
    file.path = fixture.folder
    #expect(try fixture.failure(fixture.request([file]))?.code == .sourceUnreadable)
    file.path = fixture.folder + "/none"
    #expect(try fixture.failure(fixture.request([file]))?.code == .sourceMissing)
  }

  @Test func `A compressed CSV file is read`() throws {
    // gzip of "a,y\n" and ten rows "n,n"; made with Python's gzip, mtime 0.
    let packed = try #require(
      Data(
        base64Encoded:
          "H4sIAAAAAAACAwXBSQEAIAzAsH+19ME1NuQgA/ck10ez0e0MB9PJchEG202alMXx8AGCSlscLAAAAA=="))
    let fixture = try DatasetFixture()
    let request = fixture.request([try fixture.file("d.csv.gz", packed)])
    #expect(try fixture.build(request).0.rowCount == 10)
    let cut = fixture.request([try fixture.file("cut.csv.gz", packed.prefix(40))])
    #expect(throws: DataError.self) { try fixture.build(cut) }
  }

  @Test func `A file without a header is said to have none`() throws {
    let fixture = try DatasetFixture()
    let (manifest, folder) = try fixture.build(
      try fixture.request(rows(20), target: "column2"))
    #expect(manifest.columns.map(\.name) == ["column1", "column2"])
    #expect(try folder.profile().warnings.contains { $0.code == "no_header" })
  }
}
