internal import API
internal import Basics

/// Rows that a person keeps in a file, as the JSON that an endpoint takes.
struct RowFile {
  private let bytes: [UInt8]
  private let name: String

  init(bytes: [UInt8], name: String) {
    self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    self.name = name
  }

  /// JSON as it is; JSON Lines as an array; CSV as an array of objects of texts, which the model's
  /// signature turns into numbers.
  func json() throws -> [UInt8] {
    let first = bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
    switch first {
    case nil:
      throw RowFile.error("\(name) holds no rows.")
    case UInt8(ascii: "["):
      return bytes
    case UInt8(ascii: "{"):
      return isLines
        ? [UInt8(ascii: "[")] + lines().joined(separator: [UInt8(ascii: ",")])
          + [UInt8(ascii: "]")] : bytes
    default:
      return try csv()
    }
  }

  /// Whether every line is an object of its own, and there are several.
  private var isLines: Bool {
    let lines = lines()
    return lines.count > 1
      && lines.allSatisfy { $0.first == UInt8(ascii: "{") && $0.last == UInt8(ascii: "}") }
  }

  private func lines() -> [ArraySlice<UInt8>] {
    bytes.split(separator: 0x0A).map { line in
      line.last == 0x0D ? line.dropLast() : line
    }.filter { !$0.isEmpty }
  }

  private func csv() throws -> [UInt8] {
    var reader = CSVReader(bytes)
    guard let header = reader.next(), !header.isEmpty else {
      throw RowFile.error("\(name) has no header.")
    }
    var writer = JSONWriter(capacity: bytes.count * 2)
    writer.beginArray()
    var line = 1
    while let fields = reader.next() {
      line += 1
      guard fields.count == header.count else {
        throw RowFile.error(
          "Row \(line) of \(name) has \(fields.count) fields, the header has \(header.count).")
      }
      writer.beginObject()
      for (column, field) in zip(header, fields) {
        writer.key(string: column)
        if field.isEmpty { writer.null() } else { writer.string(field) }
      }
      writer.endObject()
    }
    writer.endArray()
    return writer.bytes
  }

  private static func error(_ message: String) -> APIError {
    APIError(
      code: APIError.Code(rawValue: "rows_invalid"), message: message,
      hint: "Send JSON, JSON Lines, or CSV with a header.", status: 400)
  }
}

/// Reads CSV (RFC 4180) record by record; the separator is the header's `,`, `;` or tab.
struct CSVReader {
  private let bytes: [UInt8]
  private var offset = 0
  private let separator: UInt8

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    let header = bytes.prefix { $0 != 0x0A }
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]
    separator =
      candidates.max { left, right in
        header.count { $0 == left } < header.count { $0 == right }
      } ?? UInt8(ascii: ",")
  }

  /// The fields of the next record that is not an empty line; nil at the end.
  mutating func next() -> [String]? {
    while offset < bytes.count, bytes[offset] == 0x0A || bytes[offset] == 0x0D { offset += 1 }
    guard offset < bytes.count else { return nil }
    var fields: [String] = []
    while true {
      let (field, hasMore) = field()
      fields.append(field)
      if !hasMore { return fields }
    }
  }

  /// One field, and whether another of the same record follows.
  private mutating func field() -> (String, Bool) {
    var field: [UInt8] = []
    var isQuoted = false
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") {
      isQuoted = true
      offset += 1
    }
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      if isQuoted {
        guard byte == UInt8(ascii: "\"") else {
          field.append(byte)
          continue
        }
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") {
          field.append(byte)
          offset += 1
        } else {
          isQuoted = false
        }
      } else if byte == separator {
        return (String(decoding: field, as: UTF8.self), true)
      } else if byte == 0x0A {
        break
      } else if byte != 0x0D {
        field.append(byte)
      }
    }
    return (String(decoding: field, as: UTF8.self), false)
  }
}
