internal import Basics

/// User attributes as people read them.
enum AttributeWords {
  /// In the order of their keys; a JSON text that is a string without its quotes.
  static func pairs(_ attributes: [String: String]) -> [(key: String, value: String)] {
    attributes.sorted { $0.key < $1.key }.map { key, text in
      // What is no JSON is shown as it is.
      (plain(key), plain((try? JSONValue(parsing: text))?.stringValue ?? text))
    }
  }

  /// A text whose beginning can be printed, without quotes.
  private static func plain(_ text: String) -> String {
    String(visible(text).dropFirst().dropLast())
  }

  /// All of them in a line.
  static func line(_ attributes: [String: String]) -> String {
    pairs(attributes).map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }
}
