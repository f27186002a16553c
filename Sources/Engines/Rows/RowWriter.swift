import DataPipelines

/// Writes JSON that `RowReader` reads back as the same values.
enum RowWriter {
  /// Rows of a table as an array of objects with the signature's columns.
  static func json(
    of table: Table, rows: Range<Int>, _ signature: [SignatureColumn]
  ) -> [UInt8] {
    var bytes = Array("[".utf8)
    for row in rows {
      if row > rows.lowerBound { bytes.append(UInt8(ascii: ",")) }
      bytes.append(UInt8(ascii: "{"))
      for (place, column) in signature.enumerated() {
        if place > 0 { bytes.append(UInt8(ascii: ",")) }
        append(column.name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        append(table[column.name]?.values, row, column.type, to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.append(UInt8(ascii: "]"))
    return bytes
  }

  private static func append(
    _ values: ColumnValues?, _ row: Int, _ type: ColumnType, to bytes: inout [UInt8]
  ) {
    switch values {
    case .numbers(let numbers) where !numbers[row].isNaN:
      if type == .boolean, numbers[row] == 0 || numbers[row] == 1 {
        bytes += (numbers[row] == 1 ? "true" : "false").utf8
      } else {
        append(numbers[row], to: &bytes)
      }
    case .strings(let codes, let texts) where codes[row] >= 0:
      append(texts[Int(codes[row])], to: &bytes)
    default: bytes += "null".utf8
    }
  }

  /// A number; what JSON has no word for becomes null.
  static func append(_ number: Double, to bytes: inout [UInt8]) {
    guard number.isFinite else {
      bytes += "null".utf8
      return
    }
    if let whole = Int(exactly: number), abs(whole) < 1 << 53, number.sign == .plus || whole != 0 {
      bytes += whole.description.utf8
    } else {
      bytes += number.description.utf8
    }
  }

  /// A quoted text.
  static func append(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        bytes += "\\u00".utf8
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
