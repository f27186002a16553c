import Basics
import Foundation
import Glibc

/// A Python process that holds one model and answers one question after the other over its pipes.
///
/// It ends when this value goes away: its standard input is closed then.
final class PythonProcess {
  /// The longest that a model may think about one question.
  static let answerLimitMs: Int32 = 300_000

  private let process = Process()
  private let questions = Pipe()
  private let answers = Pipe()
  private let interpreter: String
  private var number: UInt64 = 0

  /// Starts the interpreter with a script and the folder of a model; returns at once.
  init(interpreter: String, script: String, folder: String, threads: Int) throws(ServingError) {
    self.interpreter = interpreter
    process.executableURL = URL(fileURLWithPath: interpreter)
    process.arguments = ["-B", script, folder]
    process.environment = Self.environment(ProcessInfo.processInfo.environment, threads: threads)
    process.standardInput = questions
    process.standardOutput = answers
    do {
      try process.run()
    } catch {
      throw ServingError(
        .modelUnusable, "\(interpreter) cannot be started: \(error.localizedDescription)",
        hint: "Name an interpreter that has what the model needs: --python PATH.")
    }
  }

  /// Becomes readable between two answers only when the process has ended.
  var descriptor: Int32 { answers.fileHandleForReading.fileDescriptor }

  /// Waits until the model is loaded, and tells what it wants, as members of a JSON object.
  ///
  /// - Returns: nil when `stopping` became readable before.
  func description(unless stopping: Int32) throws(ServingError) -> [UInt8]? {
    var polled = [descriptor, stopping].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    while poll(&polled, 2, -1) < 0 {}
    if polled[0].revents == 0 { return nil }
    let frame = try frame()
    guard frame.code == 200 else {
      throw ServingError(
        .modelUnusable,
        "\(interpreter) cannot load the model: \(String(decoding: frame.payload, as: UTF8.self))",
        hint: "The lines above say more. Its environment must hold what the model was logged with.")
    }
    return frame.payload
  }

  /// Asks one question and waits for its answer.
  ///
  /// - Throws: when the process has ended or does not answer: then it never will.
  func ask(_ question: ReplicaQuestion) throws(ServingError) -> Frame {
    number += 1
    var bytes: [UInt8] = []
    bytes.reserveCapacity(FrameHeader.byteCount + question.body.count)
    FrameHeader(
      payloadBytes: question.body.count, id: number, code: question.question.rawValue
    ).write(to: &bytes)
    bytes.append(contentsOf: question.body)
    try send(bytes)
    var polled = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
    while true {
      let count = poll(&polled, 1, Self.answerLimitMs)
      if count > 0 { break }
      guard count < 0, errno == EINTR else {
        throw ServingError(
          .modelUnusable, "The model did not answer in \(Self.answerLimitMs / 1_000) seconds.")
      }
    }
    return try frame()
  }

  private func frame() throws(ServingError) -> Frame {
    let head = try read(FrameHeader.byteCount)
    let header = try head.withUnsafeBytes { bytes -> Result<FrameHeader?, ServingError> in
      do throws(ServingError) {
        return .success(try FrameHeader(bytes))
      } catch {
        return .failure(error)
      }
    }.get()
    guard let header else { throw ended }
    return Frame(id: header.id, code: header.code, payload: try read(header.payloadBytes))
  }

  private func read(_ count: Int) throws(ServingError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var offset = 0
    while offset < count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress?.advanced(by: offset), count - offset)
      }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { throw ended }
      offset += got
    }
    return bytes
  }

  private func send(_ bytes: [UInt8]) throws(ServingError) {
    let target = questions.fileHandleForWriting.fileDescriptor
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(target, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw ended }
      offset += count
    }
  }

  private var ended: ServingError {
    ServingError(
      .modelUnusable, "The process of \(interpreter) that held the model has ended.",
      hint: "The lines above say more; out of memory, it was killed without a word.")
  }

  /// Python's settings for a model that answers: it writes no byte code beside the model's files, has
  /// as many threads as it was given, and tells nobody about itself.
  private static func environment(_ own: [String: String], threads: Int) -> [String: String] {
    var environment = own
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    environment["PYTHONUNBUFFERED"] = "1"
    environment["PYTHONIOENCODING"] = "utf-8"
    environment["MLFLOW_DISABLE_TELEMETRY"] = "true"
    for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]
    where environment[name] == nil {
      environment[name] = "\(threads)"
    }
    return environment
  }
}
