public import JobProtocol
import Basics
import Foundation

/// Makes a dataset version out of source files: all of it or nothing.
public struct DatasetBuilder: Sendable {
  /// Raised whenever the same input gives another table, profile or split.
  public static let converterVersion = 3

  let duckdb: DuckDBLibrary
  let threads: Int
  let memoryBytes: Int64?

  /// Builds with the given engine.
  ///
  /// - Parameters:
  ///   - threads: how many threads the engine uses; nil is one per core.
  ///   - memoryBytes: the engine's memory before it spills to disk; nil leaves it to the engine.
  public init(
    duckdb: DuckDBLibrary, threads: Int? = nil, memoryBytes: Int64? = nil
  ) {
    self.duckdb = duckdb
    self.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    self.memoryBytes = memoryBytes
  }

  /// Builds the dataset version of `request` and moves it to `request.outputFolder`.
  ///
  /// - Throws: a `DataError` that says what is wrong and where; then `outputFolder` is not made.
  public func build(
    _ request: DatasetRequest, report: (TaskReport) -> Void = { _ in }
  ) throws -> DatasetManifest {
    let output = FileTree.absolute(request.outputFolder)
    let parent = (output as NSString).deletingLastPathComponent
    let scratch = "\(parent)/.\((output as NSString).lastPathComponent).building"
    let files = FileManager.default
    if files.fileExists(atPath: scratch) { try files.removeItem(atPath: scratch) }
    try files.createDirectory(
      atPath: scratch + "/dataset", withIntermediateDirectories: true)
    defer {
      // What is left of a build is rubbish; the next one removes it too.
      try? files.removeItem(atPath: scratch)
    }
    let manifest: DatasetManifest
    do {
      manifest = try build(request, in: scratch, report: report)
    } catch let failure as SQLFailure {
      if failure.isOutOfMemory {
        throw DataError.outOfMemory(reading: request.files.first?.source.name ?? request.name)
      }
      throw DataError(
        .engineFailed, "DuckDB could not finish: \(failure.summary)",
        hint: "This should not happen; the statement began with: \(failure.sql.prefix(200))")
    }
    if files.fileExists(atPath: output) { try files.removeItem(atPath: output) }
    try files.moveItem(atPath: scratch + "/dataset", toPath: output)
    return manifest
  }

  private func build(
    _ request: DatasetRequest, in scratch: String, report: (TaskReport) -> Void
  ) throws -> DatasetManifest {
    let folder = DatasetFolder(scratch + "/dataset")
    let connection = try duckdb.open(
      DuckDBSettings(threads: threads, memoryBytes: memoryBytes, spillFolder: scratch + "/spill"))
    let second = try DuckDBConnection(beside: connection)
    for each in [connection, second] { try each.execute("SET TimeZone = 'UTC'") }

    report(.progress(phase: "data", share: 0.05, message: "reading"))
    var reader = SourceReader(connection: connection, scratch: scratch, target: request.target)
    var testReader = SourceReader(
      connection: second, scratch: scratch + "/test", target: request.target)
    let (data, test) = try SideBySide.run(threads: threads) {
      try reader.load(request.files, as: "source_data")
    } _: {
      try request.testFiles.isEmpty ? nil : testReader.load(request.testFiles, as: "source_test")
    }
    reader.remark(testReader.remarks)
    var joined: [LoadedTable] = []
    for (index, join) in request.join.enumerated() {
      joined.append(try reader.load(join.files, as: "source_join_\(index)"))
    }
    var joinedToTest: [LoadedTable] = []
    for (index, join) in (request.testShaping?.join ?? []).enumerated() {
      joinedToTest.append(try reader.load(join.files, as: "source_test_join_\(index)"))
    }
    try lock(connection, allowing: scratch)

    report(.progress(phase: "data", share: 0.4, message: "shaping"))
    var shaping = TableShaping(connection: connection, request: request)
    let columns = try shaping.shape(
      data: data, test: test, joined: joined, joinedToTest: joinedToTest)

    report(.progress(phase: "data", share: 0.45, message: "checking"))
    let checks = try CheckRunner(connection: connection, columns: columns).run(request.checks)
    try CheckRunner.refuseFailures(checks)
    let rowCount = try shaping.keepRowsWithTarget()

    report(.progress(phase: "data", share: 0.5, message: "profiling and splitting"))
    var profiler = Profiler(
      connection: connection, request: request, columns: columns, rowCount: rowCount)
    let described = try profiler.describe(beside: second, threads: threads).map {
      DatasetManifest.Column(name: $0.name, type: $0.type, role: $0.role)
    }
    var splitting = SplitAssignment(connection: second, request: request, columns: described)
    let (details, split) = try SideBySide.run(threads: threads) {
      try profiler.profile()
    } _: {
      let split = try splitting.assign(rowCount: rowCount)
      let values = described.map { quoted($0.name) } + ["_row"]
      try second.execute(
        "COPY (SELECT \(values.joined(separator: ", ")), CAST(\(split.expression) AS TINYINT) "
          + "AS _split FROM \(split.source)) TO \(literal(folder.tablePath)) (FORMAT parquet)")
      return split
    }
    var profile = details
    profile.warnings = reader.remarks + shaping.remarks + profile.warnings + splitting.remarks
    profile.duplicateRowCount = split.duplicateRowCount

    report(.progress(phase: "data", share: 0.95, message: "writing"))
    let manifest = DatasetManifest(
      name: request.name, columns: described, rowCount: profile.rowCount,
      splitRowCounts: try splitCounts(connection, folder: folder),
      sources: request.allFiles.map(\.source),
      splitRule: split.rule, converterVersion: Self.converterVersion)
    try refuseEmptyParts(manifest, request: request)
    try folder.write(manifest, as: DatasetFolder.manifestName)
    try folder.write(profile, as: DatasetFolder.profileName)
    try folder.write(checks, as: DatasetFolder.checksName)
    report(.progress(phase: "data", share: 1, message: "\(profile.rowCount) rows"))
    return manifest
  }

  /// From here on SQL reaches nothing but the tables that were read and our own folder.
  private func lock(_ connection: DuckDBConnection, allowing folder: String) throws {
    try connection.execute("SET allowed_directories = \(literals([folder + "/dataset/"]))")
    try connection.execute("SET enable_external_access = false")
    try connection.execute("SET lock_configuration = true")
  }

  private func splitCounts(
    _ connection: DuckDBConnection, folder: DatasetFolder
  ) throws -> [String: Int] {
    let rows = try connection.query(
      "SELECT _split, count(*) FROM read_parquet(\(literal(folder.tablePath))) GROUP BY _split"
    ).rows()
    var counts = ["train": 0, "validation": 0, "test": 0]
    for row in rows {
      guard let split = row[0].integer.flatMap({ DatasetSplit(rawValue: $0) }) else { continue }
      counts["\(split)"] = row[1].integer ?? 0
    }
    return counts
  }

  private func refuseEmptyParts(_ manifest: DatasetManifest, request: DatasetRequest) throws {
    guard !request.target.isEmpty, manifest.splitRowCounts["train"] == 0 else { return }
    throw DataError(
      .splitImpossible,
      "The split \(manifest.splitRule) leaves no rows to train on (\(manifest.rowCount) in all).",
      hint: "Choose smaller shares for test and validation.")
  }
}
