import HTTPTypes

/// The part of a file that a request asks for (RFC 9110, §14).
enum ByteRange: Equatable {
  case whole
  case part(Range<Int64>)
  /// It begins behind the end of the file.
  case unsatisfiable

  /// Reads `Range: bytes=…`; what it does not understand, such as several ranges, is the whole.
  ///
  /// - Parameters:
  ///   - header: nil where the request has none.
  ///   - size: of the file, in bytes.
  init(_ header: String?, size: Int64) {
    self = .whole
    guard let header, header.lowercased().hasPrefix("bytes=") else { return }
    let ends = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
      .map { $0.filter { $0 != " " } }
    guard ends.count == 2 else { return }
    switch (Int64(ends[0]), Int64(ends[1])) {
    case (nil, let count?) where ends[0].isEmpty:
      // The last bytes.
      self = count > 0 && size > 0 ? .part(max(0, size - count)..<size) : .unsatisfiable
    case (let first?, nil) where ends[1].isEmpty:
      self = first < size ? .part(first..<size) : .unsatisfiable
    case (let first?, let last?) where first <= last:
      self = first < size ? .part(first..<min(last, size - 1) + 1) : .unsatisfiable
    default: return
    }
  }
}
