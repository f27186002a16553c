/// A name that people chose and that may become part of a path: `wine-quality`, `v1.2`, `my_model`.
///
/// 1 to 128 ASCII letters, digits, `.`, `_` and `-`; it starts with a letter or a digit.
public struct SafeName: Hashable, Sendable, CustomStringConvertible {
  /// The name.
  public let rawValue: String

  /// Takes a name over.
  ///
  /// - Parameters:
  ///   - text: the name.
  ///   - noun: what it names, for the error: `endpoint`, `workflow`.
  public init(_ text: String, of noun: String = "file") throws(BasicsError) {
    guard let first = text.utf8.first, text.utf8.count <= 128, Self.isAlphanumeric(first),
      text.utf8.allSatisfy({ Self.isAlphanumeric($0) || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D })
    else {
      throw BasicsError(
        .nameInvalid, "\(visible(text)) is not a name for a \(noun)",
        hint: "use 1 to 128 letters (a-z, A-Z), digits, '.', '_' or '-', "
          + "starting with a letter or a digit")
    }
    rawValue = text
  }

  /// The name.
  public var description: String { rawValue }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
}

/// The path of `name` below `folder`: the one function by which names become paths.
///
/// - Parameters:
///   - name: a relative path of one or more parts, such as `splits/test.parquet`.
///   - folder: where it must stay.
/// - Throws: `name_invalid` for what is empty, absolute or too long, for the parts `.` and `..`,
///   and for control characters and backslashes.
public func safePath(_ name: String, in folder: String) throws(BasicsError) -> String {
  func refuse(_ reason: String) -> BasicsError {
    BasicsError(
      .nameInvalid, "the path \(visible(name)) is refused: \(reason)",
      hint: "use a relative path that stays in its folder")
  }
  guard !name.isEmpty else { throw refuse("it is empty") }
  guard name.utf8.count <= 2_048 else { throw refuse("it is longer than 2048 bytes") }
  guard name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }) else {
    throw refuse("it has a control character or a backslash")
  }
  for part in name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
    guard !part.isEmpty else { throw refuse("it is absolute or has an empty part") }
    guard !part.elementsEqual(".".utf8), !part.elementsEqual("..".utf8) else {
      throw refuse("it has the part '.' or '..'")
    }
    guard part.count <= 255 else { throw refuse("a part is longer than 255 bytes") }
  }
  return folder.hasSuffix("/") ? folder + name : folder + "/" + name
}

/// `text` in quotes, without control characters and at most 80 characters, for messages.
public func visible(_ text: String) -> String {
  var shown = "'"
  var count = 0
  for scalar in text.unicodeScalars {
    if count == 80 {
      shown += "…"
      break
    }
    if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
      shown += "\\u{" + String(scalar.value, radix: 16) + "}"
    } else {
      shown.unicodeScalars.append(scalar)
    }
    count += 1
  }
  return shown + "'"
}
