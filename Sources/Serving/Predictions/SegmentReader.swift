public import Basics
import Foundation

/// Finds predictions in the segment files of a home.
public struct SegmentReader: Sendable {
  /// Folder with a folder of segments for each endpoint.
  public let folder: String

  /// Reads below `folder`.
  public init(folder: String) { self.folder = folder }

  /// Where the predictions of a home lie.
  public init(home: FactoryHome) { self.init(folder: home.gatewayPath + "/predictions") }

  /// The record of a prediction; nil when no segment holds it.
  ///
  /// Looks through the segments from the newest to the oldest, some tens of millions of predictions
  /// a second.
  public func find(_ id: PredictionID) throws -> PredictionRecord? {
    let wanted = Array(id.rawValue.utf8.dropFirst(PredictionEntity.identifierPrefix.utf8.count))
    for path in try segments() {
      // Another process may append: what is there now counts.
      let file = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
      let record = try file.withUnsafeBytes { bytes -> PredictionRecord? in
        try Self.find(wanted, id: id, in: bytes, path: path)
      }
      if let record { return record }
    }
    return nil
  }

  /// How many predictions one file holds, for tests and counters.
  static func count(in path: String) throws -> Int {
    let file = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    return try file.withUnsafeBytes { bytes in
      var count = 0
      try forEachRequest(in: bytes, path: path, isChecked: true) { _, identifiers in
        count += identifiers.count / SegmentFormat.identifierBytes
        return true
      }
      return count
    }
  }

  /// Paths of all segments, newest first.
  private func segments() throws -> [String] {
    guard FileTree.isFolder(folder) else { return [] }
    var files: [(name: String, path: String)] = []
    for endpoint in try FileTree.names(in: folder) {
      let inner = folder + "/" + endpoint
      guard FileTree.isFolder(inner) else { continue }
      files += try FileTree.names(in: inner).filter { $0.hasSuffix(".segment") }
        .map { ($0, inner + "/" + $0) }
    }
    // Names begin with the milliseconds of their start, 13 digits for centuries to come.
    return files.sorted { $0.name > $1.name }.map(\.path)
  }

  private static func find(
    _ wanted: [UInt8], id: PredictionID, in bytes: UnsafeRawBufferPointer, path: String
  ) throws -> PredictionRecord? {
    var found: PredictionRecord?
    var source: SegmentSource?
    try forEachRequest(in: bytes, path: path, isChecked: false) { payload, identifiers in
      let size = SegmentFormat.identifierBytes
      for row in 0..<identifiers.count / size
      where identifiers[(identifiers.startIndex + row * size)...].prefix(size).elementsEqual(wanted)
      {
        guard SegmentFormat.isWhole(payload, in: bytes) else { continue }
        let known = try source ?? self.source(in: bytes, path: path)
        source = known
        found = PredictionRecord(
          id: id,
          timeMs: Int64(littleEndian: payload.loadUnaligned(as: Int64.self)),
          source: known,
          inputDigest: payload[8..<SegmentFormat.requestHeadBytes]
            .map { String(format: "%02x", $0) }.joined(),
          row: row)
        return false
      }
      return true
    }
    return found
  }

  private static func source(in bytes: UnsafeRawBufferPointer, path: String) throws -> SegmentSource
  {
    guard bytes.starts(with: SegmentFormat.head),
      let payload = SegmentFormat.payload(of: bytes, at: SegmentFormat.head.count)
    else { throw ServingError(.segmentInvalid, "\(path) does not begin as a segment does.") }
    return try JSONDecoder().decode(SegmentSource.self, from: Data(payload))
  }

  /// Calls `body` with payload and identifiers of each whole record until it returns false.
  private static func forEachRequest(
    in bytes: UnsafeRawBufferPointer, path: String, isChecked: Bool,
    _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Bool
  ) throws {
    guard bytes.starts(with: SegmentFormat.head) else {
      // A replica that was killed while it made the file leaves a shorter head.
      guard bytes.count < SegmentFormat.head.count else {
        throw ServingError(.segmentInvalid, "\(path) does not begin as a segment does.")
      }
      return
    }
    var offset = SegmentFormat.head.count
    var isSource = true
    while let payload = SegmentFormat.payload(of: bytes, at: offset, isChecked: isChecked) {
      offset += SegmentFormat.recordHeadBytes + payload.count
      if isSource {
        isSource = false
        continue
      }
      guard payload.count >= SegmentFormat.requestHeadBytes else { continue }
      let identifiers = UnsafeRawBufferPointer(
        rebasing: payload[SegmentFormat.requestHeadBytes...])
      guard try body(payload, identifiers) else { return }
    }
  }
}
