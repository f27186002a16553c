import Basics
import Foundation
import TestSupport
import Testing

/// A client that invents requests from `openapi.json` (schemathesis) against the built program.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct APIFuzzTests {
  /// The pinned program; `make api-fuzzer` installs it.
  private static let program = packageFolder + "/.build/schemathesis/bin/schemathesis"

  @Test func `no invented request gets a 5xx, an unknown status or an answer of another shape`()
    throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    #expect(try factory("runs", "list", "--output", "quiet").status == 0)
    try seed(factory)
    let server = try factory.serverFile()
    guard FileTree.exists(Self.program) else {
      Issue.record("no fuzzing client at \(Self.program): run `make api-fuzzer` first")
      return
    }
    try FileTree.createFolder(factory.folder + "/invented")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.program)
    process.arguments = [
      "run", server.url + "/api/v1/openapi.json",
      "--header", "Authorization: Bearer \(server.token)",
      // It ends the server, which others tests do.
      "--exclude-path", "/api/v1/stop",
      "--checks",
      "not_a_server_error,status_code_conformance,content_type_conformance,"
        + "response_schema_conformance,unsupported_method,allow_header_conformance",
      "--phases", "examples,coverage,fuzzing", "--max-examples", "8", "--max-time", "40",
      "--seed", "7", "--generation-database", "none", "--no-shrink",
      "--request-timeout", "30", "--continue-on-failure", "--warnings", "off", "--no-color",
    ]
    process.currentDirectoryURL = URL(fileURLWithPath: factory.folder)
    var environment = ProcessInfo.processInfo.environment
    environment["SCHEMATHESIS_HOOKS"] = "fuzz_hooks"
    environment["PYTHONPATH"] = FileTree.folder(of: #filePath)
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    environment["FUZZ_FOLDER"] = factory.folder + "/invented"
    process.environment = environment
    let output = factory.folder + "/fuzz.log"
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = process.standardOutput
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOfFile: output, encoding: .utf8)
    #expect(process.terminationStatus == 0, "\(text.suffix(20_000))")
    // Guards against a run that tested nothing.
    let cases = text.split(separator: "\n").compactMap { line -> Int? in
      let words = line.split { " ,".contains($0) }
      return words.count > 1 && words[1] == "generated" ? Int(words[0]) : nil
    }
    #expect(cases.first ?? 0 > 500, "\(text.suffix(2_000))")
    #expect(try factory("runs", "list").status == 0)
  }

  /// Something behind the lists, so that their answers have a shape to check.
  private func seed(_ factory: FactoryProgram) throws {
    #expect(try factory("jobs", "submit", "--", "true").status == 0)
    try factory.write("houses.csv", SampleTables.houses(rows: 60))
    #expect(try factory("datasets", "add", "houses.csv").status == 0)
    try factory.write("broken.yaml", "name: x\n")
    #expect(try factory("run", "broken.yaml").status == 2)
  }
}
