/// What a source file is, told from its bytes first and its name second.
enum FileFormat: Equatable {
  case csv(isGzipped: Bool)
  /// One JSON object a line, or an array of objects.
  case json(isGzipped: Bool)
  case parquet

  /// Tells the format of a file or says why it is none of ours.
  static func detect(name: String, sample: FileSample) throws(DataError) -> FileFormat {
    let bytes = sample.bytes
    let lowerName = name.lowercased()
    if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }) {
      guard !sample.isComplete else {
        throw DataError(
          .sourceEmpty, "\(name) is empty.", hint: "The file must hold a table with a header row.")
      }
    }
    if bytes.starts(with: Array("PAR1".utf8)) { return .parquet }
    if bytes.starts(with: [0x1F, 0x8B]) {
      return lowerName.contains(".json") ? .json(isGzipped: true) : .csv(isGzipped: true)
    }
    if let other = otherKind(of: bytes) {
      throw DataError(
        .sourceUnreadable, "\(name) is \(other), which is no table that can be read.",
        hint: "Export it as CSV, JSON Lines or Parquet.")
    }
    if lowerName.hasSuffix(".parquet") || lowerName.hasSuffix(".pq") {
      throw DataError(
        .sourceUnreadable, "\(name) is named as a Parquet file but does not begin as one.",
        hint: "The file may be damaged, or have another format: copy it again.")
    }
    if isJSON(lowerName: lowerName, bytes: bytes) { return .json(isGzipped: false) }
    return .csv(isGzipped: false)
  }

  private static func isJSON(lowerName: String, bytes: [UInt8]) -> Bool {
    let endings = [".json", ".jsonl", ".ndjson"]
    if endings.contains(where: { lowerName.hasSuffix($0) }) { return true }
    if [".csv", ".tsv", ".txt"].contains(where: { lowerName.hasSuffix($0) }) { return false }
    let start = bytes.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }.prefix(2)
    return start.first == UInt8(ascii: "{") && start.count == 2
  }

  private static func otherKind(of bytes: [UInt8]) -> String? {
    let kinds: [([UInt8], String)] = [
      ([0x50, 0x4B, 0x03, 0x04], "a zip archive or an Excel workbook"),
      ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel workbook"),
      (Array("%PDF".utf8), "a PDF document"),
      ([0x89, 0x50, 0x4E, 0x47], "a PNG image"),
      ([0xFF, 0xD8, 0xFF], "a JPEG image"),
      (Array("SQLite format 3".utf8), "an SQLite database"),
      ([0x28, 0xB5, 0x2F, 0xFD], "a zstd archive"),
      ([0x42, 0x5A, 0x68], "a bzip2 archive"),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "an xz archive"),
      ([0x7F, 0x45, 0x4C, 0x46], "a program"),
      (Array("ARROW1".utf8), "an Arrow file"),
    ]
    return kinds.first { bytes.starts(with: $0.0) }?.1
  }
}
