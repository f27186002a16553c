import Basics
import Foundation

/// The settled trials of a search in a file, so that the next attempt of its job goes on from there.
///
/// A study that is asked in the same order with the same seed asks for the same points. So trials of an
/// earlier attempt are told to it again instead of being trained again, and a search that is bound by a
/// number of trials ends with the model that it would have made in one go.
///
/// One line of JSON for each trial, in number order. Nothing is synced: a line that a crash of the machine
/// tore ends what is known, and what follows is trained again.
final class SearchCheckpoint {
  /// A trial as it is kept.
  struct Entry: Codable {
    /// Its point, by which a search that asks otherwise is recognized.
    var parameters: [String: String]
    /// How it came out; nil where it failed.
    var outcome: TreeTrialOutcome?
    /// Why it failed.
    var failure: String?
    /// Unix time in milliseconds.
    var startedAtMs: Int64
    /// Unix time in milliseconds.
    var endedAtMs: Int64
    /// Milliseconds that the training had taken by then, in all attempts.
    var elapsedMs: Int64

    /// How it came out, as its training told it.
    var result: Result<TreeTrialOutcome, any Error> {
      outcome.map { .success($0) } ?? .failure(ToldFailure(description: failure ?? "it failed"))
    }
  }

  /// Why a trial of an earlier attempt failed, in its words.
  private struct ToldFailure: Error, CustomStringConvertible { var description: String }

  /// Above this size nothing more is kept: large tables have large predictions, and few trials.
  private static let mostBytes: Int64 = 256 << 20

  /// Trials of earlier attempts, in number order.
  let trials: [Entry]
  /// Bytes of the file, all of which can be read; nil once nothing more is kept.
  private var length: Int64?
  private let path: String

  /// Reads what earlier attempts have kept; what cannot be read is as if it were not there.
  ///
  /// - Parameters:
  ///   - folder: the job's folder for checkpoints.
  ///   - engine: version of the engine; trials of another one, or of another version of this program, are
  ///     not taken over.
  init(folder: String, engine: String) {
    path = folder + "/search.jsonl"
    let head = Array("\(FactoryVersion.current) \(engine)\n".utf8)
    let bytes = (try? FileTree.read(path, limit: 2 * Int(Self.mostBytes))) ?? []
    guard bytes.starts(with: head) else {
      (trials, length) = ([], 0)
      append(head)
      return
    }
    var (entries, end): ([Entry], Int) = ([], head.count)
    while let newline = bytes[end...].firstIndex(of: UInt8(ascii: "\n")),
      let entry = try? Self.decoder.decode(Entry.self, from: Data(bytes[end..<newline]))
    {
      entries.append(entry)
      end = newline + 1
    }
    (trials, length) = (entries, Int64(end))
  }

  /// Milliseconds that earlier attempts took up to their last trial.
  var elapsedMs: Int64 { trials.last?.elapsedMs ?? 0 }

  /// Forgets the trials of earlier attempts from a number on, because the search asks otherwise.
  func cut(at number: Int) {
    // Their lengths are not known any more: nothing more is kept, and what is there stays valid.
    if number < trials.count { length = nil }
  }

  /// Keeps a trial; what cannot be written costs the next attempt time, and nothing else.
  func keep(_ entry: Entry) {
    guard length != nil, let line = try? Self.encoder.encode(entry) else {
      length = nil
      return
    }
    append([UInt8](line) + [UInt8(ascii: "\n")])
  }

  private func append(_ bytes: [UInt8]) {
    guard let place = length, place + Int64(bytes.count) <= Self.mostBytes else {
      length = nil
      return
    }
    do {
      // What is left of a torn line must not stand before this one.
      try OpenFile(path, for: .changing).resize(to: place)
      try OpenFile(path, for: .appending).write(bytes)
      length = place + Int64(bytes.count)
    } catch {
      length = nil
    }
  }

  private static let encoder: JSONEncoder = {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }()

  private static let decoder: JSONDecoder = {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }()
}
