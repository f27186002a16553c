import Basics
import Foundation
import TestSupport
import Testing

@testable import Serving

struct SegmentTests {
  private let source = SegmentSource(
    endpoint: "wine", model: "wine-quality", version: 3, deployment: "dp_1", replica: "rp_1")

  private func identifiers(_ count: Int) -> [PredictionID] { (0..<count).map { _ in .random() } }

  private func bytes(_ identifiers: [PredictionID]) -> [UInt8] {
    identifiers.flatMap { $0.rawValue.utf8.dropFirst(2) }
  }

  private func write(_ requests: [[PredictionID]], to folder: String, sizeLimit: Int = 1 << 20)
    throws
  {
    var time: Int64 = 1_700_000_000_000
    let writer = try SegmentWriter(folder: folder, source: source, sizeLimit: sizeLimit) {
      time += 1
      return time
    }
    for request in requests {
      Array("{}".utf8).withUnsafeBytes { writer.append(body: $0, identifiers: bytes(request)) }
      try writer.commit()
    }
  }

  @Test func `a prediction is found with its row, digest and model version`() throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let requests = [identifiers(1), identifiers(3), identifiers(1)]
    try write(requests, to: folder.path("predictions/wine"))
    let reader = SegmentReader(folder: folder.path("predictions"))
    let record = try #require(try reader.find(requests[1][2]))
    #expect(record.row == 2)
    #expect(record.source == source)
    #expect(record.inputDigest == ObjectDigest(of: "{}").hex)
    #expect(try reader.find(.random()) == nil)
  }

  @Test func `a torn tail hides nothing that was written before it`() throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let requests = [identifiers(2), identifiers(1)]
    let inner = folder.path("predictions/wine")
    try write(requests, to: inner)
    let name = try #require(try FileTree.names(in: inner).first)
    let whole = try FileTree.read("\(inner)/\(name)")
    let reader = SegmentReader(folder: folder.path("predictions"))
    let lastRecord = SegmentFormat.recordHeadBytes + SegmentFormat.requestHeadBytes + 26
    for cut in stride(from: 1, through: lastRecord, by: 7) {
      try FileTree.write(Array(whole.dropLast(cut)), to: "\(inner)/\(name)")
      #expect(try reader.find(requests[1][0]) == nil)
      #expect(try reader.find(requests[0][1])?.row == 1)
    }
    var damaged = whole
    damaged[whole.count - 30] ^= 1
    try FileTree.write(damaged, to: "\(inner)/\(name)")
    #expect(try reader.find(requests[1][0]) == nil)
  }

  @Test func `a full segment is followed by another`() throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let requests = (0..<20).map { _ in identifiers(1) }
    let inner = folder.path("predictions/wine")
    try write(requests, to: inner, sizeLimit: 500)
    let names = try FileTree.names(in: inner)
    #expect(names.count > 2)
    #expect(try names.map { try SegmentReader.count(in: "\(inner)/\($0)") }.reduce(0, +) == 20)
    let reader = SegmentReader(folder: folder.path("predictions"))
    for request in requests { #expect(try reader.find(request[0]) != nil) }
  }
}
