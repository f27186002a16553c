/// The head of one request.
struct HTTPRequest: Sendable {
  var method: String
  /// As it was sent, without the query.
  var path: String
  /// Behind the question mark; empty where there is none.
  var query: String
  /// By name in lower case; of a repeated one the last holds.
  var headers: [String: String]

  /// Parses a head up to, and without, its empty line (RFC 9112).
  init?(parsing head: ArraySlice<UInt8>) {
    let lines = String(decoding: head, as: UTF8.self)
      .split(separator: "\r\n", omittingEmptySubsequences: true)
    guard let first = lines.first else { return nil }
    let words = first.split(separator: " ")
    guard words.count == 3, words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0",
      words[1].hasPrefix("/")
    else { return nil }
    method = String(words[0])
    let halves = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = String(halves[0])
    query = halves.count > 1 ? String(halves[1]) : ""
    headers = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else { return nil }
      let name = line[..<colon].lowercased()
      // Two lengths are how requests are smuggled past each other.
      if name == "content-length", headers[name] != nil { return nil }
      headers[name] = line[line.index(after: colon)...].trimmed
    }
    isHTTP10 = words[2] == "HTTP/1.0"
  }

  private let isHTTP10: Bool

  /// How the body's end is told.
  enum Framing: Equatable { case bytes(Int64), chunked, wrong }

  var framing: Framing {
    if let coding = headers["transfer-encoding"] {
      return coding.lowercased() == "chunked" && headers["content-length"] == nil
        ? .chunked : .wrong
    }
    guard let text = headers["content-length"] else { return .bytes(0) }
    guard let count = Int64(text), count >= 0, text.utf8.allSatisfy({ $0 != 0x2B }) else {
      return .wrong
    }
    return .bytes(count)
  }

  /// Whether the client wants to hear that it may send the body.
  var expectsContinue: Bool { headers["expect"]?.lowercased() == "100-continue" }

  /// Whether the connection ends with the answer.
  var closes: Bool {
    let word = headers["connection"]?.lowercased()
    return word == "close" || (isHTTP10 && word != "keep-alive")
  }
}

extension Substring {
  /// Without blanks and tabs at both ends.
  var trimmed: String {
    var text = self
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }
}

/// Text of a URL, with `%41` and the like decoded; nil where that is no text.
func decodedURLText(_ text: some StringProtocol, plusIsBlank: Bool = false) -> String? {
  var bytes: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    switch byte {
    case UInt8(ascii: "%"):
      guard rest.count >= 2, let value = UInt8(hexDigits: rest.prefix(2)) else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    case UInt8(ascii: "+") where plusIsBlank: bytes.append(UInt8(ascii: " "))
    default: bytes.append(byte)
    }
  }
  return String(validating: bytes, as: UTF8.self)
}

extension UInt8 {
  fileprivate init?(hexDigits digits: ArraySlice<UInt8>) {
    var value: UInt8 = 0
    for digit in digits {
      switch digit {
      case 0x30...0x39: value = value << 4 | (digit - 0x30)
      case 0x41...0x46: value = value << 4 | (digit - 0x41 + 10)
      case 0x61...0x66: value = value << 4 | (digit - 0x61 + 10)
      default: return nil
      }
    }
    self = value
  }
}
