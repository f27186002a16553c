import Foundation

/// How a text file writes its characters.
enum TextEncoding: String, Sendable {
  case utf8 = "UTF-8"
  case utf16LittleEndian = "UTF-16LE"
  case utf16BigEndian = "UTF-16BE"
  case windows1252 = "Windows-1252"

  /// Tells the encoding of a file from its first bytes.
  ///
  /// Bytes that are no UTF-8 beyond the sample are noticed when the file is read.
  static func detect(_ sample: FileSample, name: String) throws(DataError) -> TextEncoding {
    let bytes = sample.bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return .utf8 }
    if bytes.starts(with: [0xFF, 0xFE, 0x00, 0x00]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
      throw DataError(
        .encodingUnknown, "\(name) is encoded as UTF-32.", hint: "Save it as UTF-8.")
    }
    if bytes.starts(with: [0xFF, 0xFE]) { return .utf16LittleEndian }
    if bytes.starts(with: [0xFE, 0xFF]) { return .utf16BigEndian }
    if let zero = bytes.firstIndex(of: 0) {
      if let encoding = utf16(bytes) { return encoding }
      let line = bytes[..<zero].count { $0 == 0x0A } + 1
      throw DataError(
        .sourceUnreadable, "\(name) holds a NUL byte in line \(line): it is damaged or no text.",
        hint: "Export the table again as UTF-8 text.")
    }
    if isUTF8(bytes, mayBeCut: !sample.isComplete) { return .utf8 }
    try checkWindows1252(bytes, name: name)
    return .windows1252
  }

  /// Refuses bytes that Windows-1252 gives no character to.
  static func checkWindows1252(_ bytes: some Sequence<UInt8>, name: String) throws(DataError) {
    for byte in bytes where [0x81, 0x8D, 0x8F, 0x90, 0x9D].contains(byte) {
      throw DataError(
        .encodingUnknown,
        "\(name) is neither UTF-8, UTF-16 nor Windows-1252: it holds the byte "
          + "0x\(String(byte, radix: 16, uppercase: true)).",
        hint: "Save it as UTF-8, for instance with `iconv -f ENCODING -t UTF-8`.")
    }
  }

  /// UTF-16 without a mark: Latin text has a zero in every second byte.
  private static func utf16(_ bytes: [UInt8]) -> TextEncoding? {
    var zeros = (even: 0, odd: 0)
    for (index, byte) in bytes.enumerated() where byte == 0 {
      if index.isMultiple(of: 2) { zeros.even += 1 } else { zeros.odd += 1 }
    }
    let half = bytes.count / 2
    guard half > 0 else { return nil }
    if zeros.odd * 10 >= half * 8, zeros.even * 20 <= half { return .utf16LittleEndian }
    if zeros.even * 10 >= half * 8, zeros.odd * 20 <= half { return .utf16BigEndian }
    return nil
  }

  private static func isUTF8(_ bytes: [UInt8], mayBeCut: Bool) -> Bool {
    if String(validating: bytes, as: UTF8.self) != nil { return true }
    guard mayBeCut else { return false }
    // The sample may end inside a character of up to four bytes.
    return (1...3).contains { cut in
      bytes.count > cut && String(validating: bytes.dropLast(cut), as: UTF8.self) != nil
    }
  }
}
