/// How much room words take, about: nobody can measure a font that the reader's browser chooses.
enum TextWidth {
  /// In the unit of the pictures, for the 12 of their text in a wide sans-serif.
  static func of(_ text: String) -> Double {
    text.reduce(0) { $0 + of($1) }
  }

  private static func of(_ character: Character) -> Double {
    switch character {
    case "m", "w", "M", "W", "@", "%", "…": 11.6
    case "i", "j", "l", "t", "f", "r", "I", " ", ".", ",", ":", ";", "'", "|", "!", "(", ")", "-":
      4.8
    case "A"..."Z": 8.3
    // Letters of East Asia and pictures are as wide as they are high.
    case _ where character.unicodeScalars.contains { $0.value >= 0x2E80 }: 12.2
    default: 7.6
    }
  }

  /// As much of a text as there is room for, with an ellipsis where something is missing.
  static func fitted(_ text: String, to room: Double) -> String {
    guard of(text) > room else { return text }
    var kept = ""
    var width = of("…")
    for character in text {
      width += of(character)
      guard width <= room else { break }
      kept.append(character)
    }
    return kept + "…"
  }
}
