internal import API
import Foundation

/// Where a verb's results go, in the mode that the user chose.
///
/// Results go to standard output, remarks to standard error, so that a pipe receives results alone.
struct Output: Sendable {
  let mode: OutputMode
  let terminal: Terminal

  init(mode: OutputMode, terminal: Terminal = .standard) {
    self.mode = mode
    self.terminal = terminal
  }

  /// Shows one result in the mode's shape.
  ///
  /// - Parameters:
  ///   - value: what `--output json` prints; its keys are a contract (docs/cli-json.md).
  ///   - table: what people see.
  ///   - quiet: bare identifiers or values, one a line.
  func show(
    _ value: some Encodable, table: @autoclosure () -> TextTable,
    quiet: @autoclosure () -> [String]
  ) throws {
    switch mode {
    case .table: write(table().rendered(on: terminal))
    case .json: try writeJSON(value)
    case .quiet: write(quiet().map { $0 + "\n" }.joined())
    }
  }

  /// Shows one result whose human form is free text.
  func show(
    _ value: some Encodable, text: @autoclosure () -> String, quiet: @autoclosure () -> [String]
  ) throws {
    switch mode {
    case .table:
      let words = text()
      write(words.hasSuffix("\n") || words.isEmpty ? words : words + "\n")
    case .json: try writeJSON(value)
    case .quiet: write(quiet().map { $0 + "\n" }.joined())
    }
  }

  /// Says something that is no result, to people alone.
  func note(_ text: String) {
    guard mode == .table else { return }
    Output.writeError(text + "\n")
  }

  /// Writes text to standard output as it is.
  func write(_ text: String) { write(Array(text.utf8)) }

  /// Writes bytes to standard output as they are.
  ///
  /// Where nobody reads them any more, as in `… | head`, the program ends as one that SIGPIPE ends: that is no
  /// failure to speak of.
  func write(_ bytes: [UInt8]) {
    do {
      try FileHandle.standardOutput.write(contentsOf: bytes)
    } catch {
      guard Output.isOfClosedPipe(error) else {
        Output.writeError("cannot write to standard output: \(error.localizedDescription)\n")
        exit(ExitStatus.factoryFailed.rawValue)
      }
      exit(128 + SIGPIPE)
    }
  }

  private static func isOfClosedPipe(_ error: any Error) -> Bool {
    let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
    return cause.domain == NSPOSIXErrorDomain && cause.code == Int(EPIPE)
  }

  /// Writes one JSON document and a line end.
  func writeJSON(_ value: some Encodable) throws {
    write(Array(try Output.json(value)) + Array("\n".utf8))
  }

  /// The shape of every JSON that the program prints, which is the server's: snake_case, sorted.
  static func json(_ value: some Encodable) throws -> Data { Data(try WireCoding.encode(value)) }

  static func writeError(_ text: String) {
    // Where nobody hears it there is nobody to tell.
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
