import Foundation

/// Says in our words, with the file's own name, why the engine could not read a CSV file.
struct CSVFailure {
  let files: [DatasetRequest.SourceFile]
  /// The paths that were read, in the order of `files`.
  let paths: [String]
  let dialect: CSVDialect?

  func explained(_ failure: SQLFailure) -> DataError {
    let message = failure.message
    if failure.isOutOfMemory { return .outOfMemory(reading: files[0].source.name) }
    let name = fileName(in: message)
    let line = number(after: "CSV Error on Line: ", in: message)
    let place = line.map { "\(name) line \($0)" } ?? name
    if let expected = number(after: "Expected Number of Columns: ", in: message),
      let found = number(after: " Found: ", in: message)
    {
      let original = text(after: "Original Line: ", in: message)
      return DataError(
        .rowRagged,
        "\(place) has \(found) \(found == 1 ? "field" : "fields") where \(expected) are expected: "
          + "“\(original.prefix(80))”.",
        hint: "Every row needs as many fields as the header; put quotes around a field that holds "
          + "the separator.")
    }
    if message.contains("unterminated quote") {
      return DataError(
        .sourceUnreadable, "\(place) opens a quote that is never closed.",
        hint: "Close it, or double the quotes inside a quoted field.")
    }
    if message.contains("Invalid unicode") {
      return DataError(
        .encodingUnknown, "\(place) is not UTF-8 text.", hint: "Save the file as UTF-8.")
    }
    if message.contains("Maximum line size") {
      return DataError(
        .sourceUnreadable, "\(place) is longer than 256 MB.",
        hint: "The file must be a table with one row per line.")
    }
    return DataError(
      .sourceUnreadable, "\(place) cannot be read: \(replacingPaths(failure.summary))",
      hint: "Check that the file is a table of separated values.")
  }

  private func fileName(in message: String) -> String {
    let pairs = zip(paths, files)
    return pairs.first { message.contains("file = \($0.0)") }?.1.source.name
      ?? pairs.first { message.contains($0.0) }?.1.source.name ?? files[0].source.name
  }

  private func replacingPaths(_ text: String) -> String {
    zip(paths, files).reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1.source.name) }
  }

  private func text(after mark: String, in message: String) -> String {
    guard let range = message.range(of: mark) else { return "" }
    return String(message[range.upperBound...].prefix { $0 != "\n" })
  }

  private func number(after mark: String, in message: String) -> Int? {
    Int(text(after: mark, in: message).prefix { $0.isNumber })
  }
}

extension DataError {
  static func outOfMemory(reading name: String) -> DataError {
    DataError(
      .outOfMemory, "The memory did not suffice to work on \(name).",
      hint: "Give the stage more memory, or a disk with room for spilled data.")
  }
}
