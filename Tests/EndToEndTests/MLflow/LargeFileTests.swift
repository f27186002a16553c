import Basics
import Foundation
import Glibc
import Testing

/// Large files and large answers, with MLflow's own client against the built program.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct LargeFileTests {
  /// The client's own settings, with which a file of a megabyte is large.
  private static let small = [
    "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": "1000000",
    "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": "1200000",
    "MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE": "1200000",
  ]

  private static func uploads(of factory: FactoryProgram) throws -> [String] {
    let folder = factory.home + "/objects/uploads"
    return FileTree.exists(folder) ? try FileTree.names(in: folder) : []
  }

  @Test func `large files go up and down in parts, and by ranges`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let said = try MLflowClient(factory).run("large_files.py", ["client"], settings: Self.small)
    for word in ["ok client", "ok hand", "ok ranges"] { #expect(said.contains(word), "\(said)") }
    // What was completed or aborted leaves nothing behind.
    #expect(try Self.uploads(of: factory).isEmpty)
  }

  @Test func `an upload goes on after the server was killed, and what stays away is removed`()
    throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let client = try MLflowClient(factory)
    try client.run("large_files.py", ["begin", "told.json"])
    #expect(try Self.uploads(of: factory).count == 2)
    #expect(kill(client.pid, SIGKILL) == 0)
    let again = try MLflowClient(factory)
    #expect(try again.run("large_files.py", ["resume", "told.json"]).contains("ok resumed"))
    #expect(try Self.uploads(of: factory).count == 1)
  }

  @Test func `answers of 100,000 points keep nobody waiting`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let said = try MLflowClient(factory).run("large_files.py", ["busy"])
    let told = try JSONValue(parsing: said.split(separator: "\n").last.map(String.init) ?? "")
    let (one, median) = (told["one"]?.numberValue ?? 0, told["median"]?.numberValue ?? 1)
    #expect(told["bytes"]?.numberValue ?? 0 > 3_000_000, "\(said)")
    #expect(told["asked"]?.numberValue ?? 0 >= 5, "\(said)")
    // Eight are answered at once; whoever waited for a thread would wait for some of them.
    #expect(median < max(one / 4, 0.05), "\(said)")
  }
}
