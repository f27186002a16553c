import Foundation

/// Rewrites a text file as UTF-8, block by block.
struct Transcoder {
  let encoding: TextEncoding
  /// The name people know the file by.
  let name: String
  /// Whether every line end becomes a line feed.
  var endsLinesAlike = false

  init(encoding: TextEncoding, name: String) {
    self.encoding = encoding
    self.name = name
  }

  /// Writes the text of the file at `source` to `destination` as UTF-8.
  func transcode(_ source: String, to destination: String) throws {
    let input = try FileHandle(forReadingFrom: URL(fileURLWithPath: source))
    defer { close(input) }
    guard FileManager.default.createFile(atPath: destination, contents: nil) else {
      throw DataError(.sourceUnreadable, "\(destination) cannot be written.")
    }
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: destination))
    defer { close(output) }
    var rest: [UInt8] = []
    while let block = try input.read(upToCount: 1 << 20), !block.isEmpty {
      rest.append(contentsOf: block)
      try output.write(contentsOf: try take(&rest, isLast: false))
    }
    try output.write(contentsOf: try take(&rest, isLast: true))
  }

  /// The UTF-8 of the whole characters in `bytes`, which keeps the rest.
  func take(_ bytes: inout [UInt8], isLast: Bool) throws(DataError) -> Data {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + bytes.count / 8)
    switch encoding {
    case .utf8:
      text = bytes
      bytes = []
    case .windows1252:
      try TextEncoding.checkWindows1252(bytes, name: name)
      for byte in bytes {
        if byte < 0x80 {
          text.append(byte)
        } else {
          appendUTF8(Self.windows1252[Int(byte)], to: &text)
        }
      }
      bytes = []
    case .utf16LittleEndian, .utf16BigEndian:
      takeUTF16(&bytes, isLast: isLast, into: &text)
    }
    return Data(endsLinesAlike ? lineFeeds(text) : text)
  }

  /// `\r\n` and `\r` as `\n`; a pair that two blocks share becomes a blank line, which is none.
  private func lineFeeds(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var previous: UInt8 = 0
    for byte in text {
      if byte != 0x0A || previous != 0x0D { result.append(byte == 0x0D ? 0x0A : byte) }
      previous = byte
    }
    return result
  }

  private func takeUTF16(_ bytes: inout [UInt8], isLast: Bool, into text: inout [UInt8]) {
    let isLittle = encoding == .utf16LittleEndian
    var units: [UInt16] = []
    units.reserveCapacity(bytes.count / 2)
    for index in stride(from: 0, to: bytes.count - 1, by: 2) {
      let first = UInt16(bytes[index])
      let second = UInt16(bytes[index + 1])
      units.append(isLittle ? second << 8 | first : first << 8 | second)
    }
    var rest = Array(bytes.suffix(bytes.count & 1))
    if !isLast, let last = units.last, UTF16.isLeadSurrogate(last) {
      rest = Array(bytes[((units.count - 1) * 2)...])
      units.removeLast()
    }
    if units.first == 0xFEFF { units.removeFirst() }
    _ = transcodeUnits(units, into: &text)
    bytes = isLast ? [] : rest
  }

  private func transcodeUnits(_ units: [UInt16], into text: inout [UInt8]) -> Bool {
    Swift.transcode(
      units.makeIterator(), from: UTF16.self, to: UTF8.self, stoppingOnError: false,
      into: { text.append($0) })
  }

  private func appendUTF8(_ scalar: UInt32, to text: inout [UInt8]) {
    guard let scalar = Unicode.Scalar(scalar) else { return }
    text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }

  /// Unicode scalars of the bytes; those from 0xA0 are the same as in Latin-1.
  private static let windows1252: [UInt32] = {
    let upper: [UInt32] = [
      0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039,
      0x0152, 0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
      0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
    ]
    var table: [UInt32] = (0..<0x80).map { $0 }
    for byte in UInt8(0x80)...UInt8(0xFF) {
      table.append(byte < 0xA0 ? upper[Int(byte) - 0x80] : UInt32(byte))
    }
    return table
  }()

  private func close(_ handle: FileHandle) {
    // A failed close of a file that was read or written completely loses nothing.
    try? handle.close()
  }
}
