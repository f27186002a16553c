internal import Basics
internal import Experimentation
internal import Foundation

/// What a command has printed, as its run keeps it.
struct RunLogs: Sendable {
  let ledger: Ledger
  let objects: ObjectStore

  /// The end of an output, such as `logs/stdout.log`; empty where there is none.
  func output(_ name: String, of run: Run) async throws -> [UInt8] {
    guard let folder = run.artifactFolder,
      let file = try await ArtifactStore(ledger: ledger).file("\(folder)/\(name)")
    else { return [] }
    return try objects.read(file.sha256)
  }

  /// What the last line says that a command wrote to its standard error; nil where it wrote none.
  func lastWords(of id: RunID) async throws -> String? {
    guard let run = try await ledger.read({ db in try RunStore.find(id, in: db) }) else {
      return nil
    }
    let bytes = try await output("logs/stderr.log", of: run)
    let lines = String(decoding: bytes.suffix(16_384), as: UTF8.self).split(separator: "\n")
    guard let line = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return nil }
    return String(line.trimmingCharacters(in: .whitespaces).prefix(300))
  }
}
