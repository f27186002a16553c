import Basics
import Foundation
import Synchronization

/// A login node's shell with what jobs need of it: small scripts, and files that arrive whole or not at all.
final class RemoteShell: Sendable {
  /// Bytes that go in one call: as many are sent again at most when a connection breaks.
  static let chunkBytes: Int64 = 4 << 20
  /// How long a small script may take.
  static let patience = Duration.seconds(60)
  private static let chunkPatience = Duration.seconds(600)

  let connection: SSHConnection
  /// Tells the unfinished files of this factory from those of others of the same user.
  private let mark: String
  private let sent = Mutex<Int64>(0)
  /// Transfers that run, by where they go and what they bring.
  private static let transfers = Mutex<[String: Task<Void, any Error>]>([:])

  /// - Parameter owner: names this factory, such as by its folder.
  init(_ connection: SSHConnection, owner: String) {
    self.connection = connection
    mark = String(ObjectDigest(of: ProcessInfo.processInfo.hostName + owner).hex.prefix(8))
  }

  /// Bytes of files that were sent so far.
  var sentBytes: Int64 { sent.withLock { $0 } }

  /// Runs a script and gives what it printed.
  ///
  /// - Throws: `JobError` with `siteUnreachable` also where the script failed: a full disk or a quota may
  ///   have room later.
  func run(
    _ script: String, input: [UInt8] = [], limit: Int = 1 << 20,
    patience: Duration = RemoteShell.patience
  ) async throws -> String {
    let answer = try await connection.run(
      script, input: input, limit: limit, patience: patience)
    guard answer.status == 0 else {
      throw JobError(
        .siteUnreachable, "'\(connection.options.destination)' says: \(Self.complaint(answer))",
        hint: "`aifactory sites test` looks at each part of the site.")
    }
    return String(decoding: answer.output, as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func complaint(_ answer: CommandRun.Answer) -> String {
    let lines = answer.errors.split(separator: "\n")
    return lines.last.map(String.init) ?? "a script ended with exit code \(answer.status)"
  }

  /// Brings a file there, going on where an interrupted transfer ended; it is there with all its bytes or
  /// not at all.
  ///
  /// Whoever wants the same meanwhile waits for the same transfer: two would add to one part.
  ///
  /// - Parameters:
  ///   - digest: of its bytes, which the login node's `sha256sum` must find, too.
  ///   - mode: as `chmod` takes it.
  func put(_ path: String, _ digest: ObjectDigest, to target: String, mode: String) async throws {
    let key = "\(connection.options.destination) \(partPath(of: target)) \(digest.hex)"
    let transfer = Self.transfers.withLock { transfers in
      if let running = transfers[key] { return running }
      let transfer = Task {
        defer { Self.transfers.withLock { $0[key] = nil } }
        try await self.transfer(path, digest, to: target, mode: mode)
      }
      transfers[key] = transfer
      return transfer
    }
    try await withTaskCancellationHandler {
      do {
        try await transfer.value
      } catch let error as CancellationError {
        if Task.isCancelled { throw error }
        // The one who began it no longer wants it.
        try await put(path, digest, to: target, mode: mode)
      }
    } onCancel: {
      transfer.cancel()
    }
  }

  private func transfer(
    _ path: String, _ digest: ObjectDigest, to target: String, mode: String
  ) async throws {
    let size = try await offTask { try FileTree.status(of: path).bytes }
    let (file, part) = (quoted(target), quoted(partPath(of: target)))
    // Once more where what was there turns out to be something else.
    for _ in 0..<2 {
      let there = try await run(
        "if [ -e \(file) ] && [ \"$(sha256sum <\(file) | cut -c1-64)\" = \(digest.hex) ]; then "
          + "echo done; else mkdir -p \(quoted(FileTree.folder(of: target))) && "
          + ": >>\(part) && wc -c <\(part); fi")
      if there == "done" { return }
      var offset = Int64(there) ?? 0
      if offset > size {
        _ = try await run(": >\(part)")
        offset = 0
      }
      while offset < size { offset = try await send(path, from: offset, of: size, to: part) }
      let verdict = try await run(
        "if [ \"$(sha256sum <\(part) | cut -c1-64)\" = \(digest.hex) ]; then "
          + "chmod \(mode) \(part) && mv \(part) \(file) && echo done; "
          + "else rm -f \(part); echo damaged; fi")
      if verdict == "done" { return }
    }
    throw JobError(
      .siteUnreachable,
      "\(target) on '\(connection.options.destination)' has not the bytes that were sent",
      hint: "Is its disk full or damaged?")
  }

  /// Where a file lies until it is whole.
  func partPath(of target: String) -> String { "\(target).\(mark).part" }

  /// Appends the next bytes; the size after them, as the other side has it.
  private func send(
    _ path: String, from offset: Int64, of size: Int64, to part: String
  ) async throws -> Int64 {
    let count = Int(min(Self.chunkBytes, size - offset))
    let bytes = try await offTask { try Self.read(path, from: offset, count) }
    let answer = try await connection.run(
      // Beside what may still arrive of a call before, which broke, nothing is appended.
      "[ \"$(wc -c <\(part))\" -eq \(offset) ] && cat >>\(part) && wc -c <\(part)", input: bytes,
      patience: Self.chunkPatience)
    let text = String(decoding: answer.output, as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    guard answer.status == 0, let reached = Int64(text), reached > offset else {
      throw JobError(
        .siteUnreachable,
        "a transfer to '\(connection.options.destination)' stopped: \(Self.complaint(answer))",
        hint: "Is there room in the scratch folder?")
    }
    sent.withLock { $0 += reached - offset }
    return reached
  }

  private static func read(_ path: String, from offset: Int64, _ count: Int) throws -> [UInt8] {
    let file = try OpenFile(path, for: .reading)
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let rest = try bytes.withUnsafeMutableBytes { buffer in
        try file.read(
          into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]),
          at: offset + Int64(done))
      }
      guard rest > 0 else {
        throw JobError(.systemFailure, "\(path) became shorter while it was sent")
      }
      done += rest
    }
    return bytes
  }

  private func quoted(_ text: String) -> String { SSHConnection.quoted(text) }
}
