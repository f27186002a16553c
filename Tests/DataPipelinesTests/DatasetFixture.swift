import Foundation
import TestSupport
import Testing

@testable import DataPipelines

/// Builds datasets out of texts in a folder that goes away with the fixture.
final class DatasetFixture {
  let temporary: TemporaryFolder
  let duckdb: DuckDBLibrary

  var folder: String { temporary.path }

  init() throws {
    temporary = try TemporaryFolder()
    duckdb = try DuckDBLibrary(path: try engine("duckdb"))
  }

  /// Writes bytes as a source file.
  func file(
    _ name: String, _ bytes: some Sequence<UInt8>, part: String = "data"
  ) throws -> DatasetRequest.SourceFile {
    let path = "\(folder)/\(name.replacingOccurrences(of: "/", with: "_"))"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return DatasetRequest.SourceFile(
      source: DatasetManifest.Source(
        name: name, sha256: String(repeating: "0", count: 64), bytes: 0, part: part),
      path: path)
  }

  func file(_ name: String, _ text: String) throws -> DatasetRequest.SourceFile {
    try file(name, Array(text.utf8))
  }

  /// A request for one CSV text; change it as the test needs.
  func request(_ csv: String, target: String = "y") throws -> DatasetRequest {
    request([try file("data.csv", csv)], target: target)
  }

  func request(_ files: [DatasetRequest.SourceFile], target: String = "y") -> DatasetRequest {
    DatasetRequest(name: "t", files: files, target: target, outputFolder: folder + "/output")
  }

  func build(_ request: DatasetRequest) throws -> (DatasetManifest, DatasetFolder) {
    let manifest = try DatasetBuilder(duckdb: duckdb, threads: 2).build(request)
    return (manifest, DatasetFolder(request.outputFolder))
  }

  func table(_ request: DatasetRequest, columns: [String]? = nil) throws -> Table {
    try ParquetTable(duckdb: duckdb).read(folder: request.outputFolder, columns: columns)
  }

  /// The numbers of a column of the built dataset.
  func numbers(_ column: String, of request: DatasetRequest) throws -> [Double] {
    guard case .numbers(let values)? = try table(request, columns: [column])[column]?.values else {
      return []
    }
    return values
  }

  /// The texts of a column of the built dataset; missing ones as "–".
  func texts(_ column: String, of request: DatasetRequest) throws -> [String] {
    guard
      case .strings(let codes, let values)? = try table(request, columns: [column])[column]?.values
    else { return [] }
    return codes.map { $0 < 0 ? "–" : values[Int($0)] }
  }

  /// The error of a build that must fail and leave nothing behind; nil if it does not.
  func failure(_ request: DatasetRequest) throws -> DataError? {
    do {
      _ = try build(request)
      return nil
    } catch let error as DataError {
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { $0.contains("output") }
      return left.isEmpty ? error : DataError(.datasetDamaged, "left behind: \(left)")
    }
  }
}

/// A CSV text of `count` rows: `x` counts, `c` is one of three, `y` follows from both.
func sampleCSV(rows count: Int) -> String {
  var text = "x,c,y\n"
  for row in 0..<count {
    text += "\(row % 97).5,\(["red", "green", "blue"][row % 3]),\(row * 7 % 31 + row % 3)\n"
  }
  return text
}
