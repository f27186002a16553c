import Basics
import CLinux
import Crypto
import Foundation
import Glibc

/// Appends predictions to the segment files of one replica.
///
/// `commit` hands a batch to the kernel before its answers leave: a killed replica loses nothing
/// that was answered. The disk is told at most every `syncIntervalMs`, by a thread of its own: a
/// power failure may lose that much. A file that reached `sizeLimit` is followed by a new one.
final class SegmentWriter {
  private let folder: String
  private let source: SegmentSource
  private let sizeLimit: Int
  private let now: () -> Int64
  private var pending: [UInt8] = []
  private var descriptor: Int32 = -1
  private var size = 0
  private var number = 0
  private let syncer: SegmentSyncer

  /// Starts a new segment at the first commit.
  ///
  /// - Parameters:
  ///   - folder: of the endpoint; created when missing.
  ///   - now: Unix time in milliseconds.
  init(
    folder: String, source: SegmentSource, sizeLimit: Int = 64 << 20, syncIntervalMs: Int = 100,
    now: @escaping () -> Int64
  ) throws {
    self.folder = folder
    self.source = source
    self.sizeLimit = sizeLimit
    self.now = now
    try FileTree.createFolder(folder)
    syncer = SegmentSyncer(intervalMs: syncIntervalMs)
  }

  deinit {
    syncer.stop()
    if descriptor >= 0 { close(descriptor) }
  }

  /// Adds the predictions of one request to the batch.
  func append(body: UnsafeRawBufferPointer, identifiers: [UInt8]) {
    var hash = SHA256()
    hash.update(bufferPointer: body)
    let start = SegmentFormat.begin(&pending)
    withUnsafeBytes(of: now().littleEndian) { pending.append(contentsOf: $0) }
    hash.finalize().withUnsafeBytes { pending.append(contentsOf: $0) }
    pending.append(contentsOf: identifiers)
    SegmentFormat.finish(&pending, at: start)
  }

  /// Writes the batch; when this returns, the predictions outlive this process.
  func commit() throws(BasicsError) {
    guard !pending.isEmpty else { return }
    if descriptor < 0 || size >= sizeLimit { try startSegment() }
    try write(pending)
    pending.removeAll(keepingCapacity: true)
    syncer.markDirty(descriptor)
  }

  /// Returns when everything committed is on disk.
  func synchronize() { if descriptor >= 0 { fdatasync(descriptor) } }

  private func startSegment() throws(BasicsError) {
    if descriptor >= 0 {
      syncer.release(descriptor)
      descriptor = -1
    }
    let path = "\(folder)/\(now())-\(source.replica)-\(number).segment"
    number += 1
    let opened = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
    guard opened >= 0 else {
      throw BasicsError(.fileUnwritable, "cannot write \(path): error \(errno)")
    }
    descriptor = opened
    size = 0
    var bytes = SegmentFormat.head
    let start = SegmentFormat.begin(&bytes)
    let encoder = JSONEncoder()
    do {
      bytes.append(contentsOf: try encoder.encode(source))
    } catch {
      throw BasicsError(.fileUnwritable, "cannot describe \(path): \(error)")
    }
    SegmentFormat.finish(&bytes, at: start)
    try write(bytes)
    try FileTree.synchronizeFolder(folder)
  }

  private func write(_ bytes: [UInt8]) throws(BasicsError) {
    let failure = bytes.withUnsafeBytes { buffer -> Int32 in
      var offset = 0
      while offset < buffer.count {
        let count = Glibc.write(
          descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
        if count < 0 {
          if errno == EINTR { continue }
          return errno
        }
        offset += count
      }
      return 0
    }
    guard failure == 0 else {
      throw BasicsError(
        failure == ENOSPC ? .diskFull : .fileUnwritable,
        "cannot append predictions in \(folder): error \(failure)")
    }
    size += bytes.count
  }
}
