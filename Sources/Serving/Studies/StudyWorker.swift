import Basics
import Foundation
import Glibc
import Optimization

/// What a coordinator is asked to lead: `request.json` of its job.
struct StudyRequest: Codable, Sendable, Equatable {
  /// The terms as JSON.
  var terms: String
  /// Folder of the study's journal.
  var folder: String
  /// Path of the Unix socket on which it listens.
  var socket: String
  /// How long nobody may ask before it ends.
  var idleMs: Int32
}

/// The program of a coordinator: one study behind one Unix socket, until TERM or until nobody asks.
public enum StudyWorker {
  /// Leads what `requestPath` asks for; returns when it was told to end, or had nothing to do.
  public static func run(requestPath: String) throws {
    let request: StudyRequest
    do {
      request = try JSONDecoder().decode(
        StudyRequest.self, from: Data(try FileTree.read(requestPath)))
    } catch let error as DecodingError {
      throw ServingError(.requestInvalid, "\(requestPath) asks for no study: \(error)")
    }
    let stopping = try StopSignal.descriptor()
    let terms = try StudyTerms(json: try JSONValue(parsing: request.terms))
    let reporter = TaskReporter.fromEnvironment()
    let study = StudyReplica(
      terms, journal: try StudyJournal(folder: request.folder, patienceMs: 10_000),
      report: reporter.send,
      nowMs: nowMs)
    let loop = ReplicaLoop(
      listener: try .socket(at: request.socket), stopping: stopping, model: study, segments: nil,
      drainMs: 1_000,
      idleMs: request.idleMs)
    print("leading \(terms.name) at \(request.socket)")
    try loop.run()
  }

  private static func nowMs() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}
