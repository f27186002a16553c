/// A command as words with places for values, such as `--lr={lr}`.
///
/// `{name}` is a place; `{{name}}` stands for the text `{name}`, and whatever else is in braces, or
/// follows a `$`, stays as it is.
public struct CommandTemplate: Sendable, Equatable, Codable {
  /// Program and arguments.
  public var words: [String]

  /// Takes words as they are.
  public init(words: [String]) { self.words = words }

  /// Splits a line as a shell does: at blanks, outside of quotes.
  ///
  /// A backslash takes the next character as it is. Nothing is expanded.
  ///
  /// - Throws: for quotes without an end, and for signs that only a shell understands.
  init(line: String) throws(CommandProblem) {
    var splitter = CommandSplitter()
    for character in line { try splitter.take(character) }
    words = try splitter.end()
  }

  /// Names of all places, in order, each once.
  var places: [String] {
    var names: [String] = []
    for word in words {
      for case .place(let name) in Self.parts(of: word) where !names.contains(name) {
        names.append(name)
      }
    }
    return names
  }

  /// The words with values in their places; a word with a place that has no value is left out.
  func filled(_ values: [String: String]) -> [String] {
    words.compactMap { word in
      var text = ""
      for part in Self.parts(of: word) {
        switch part {
        case .text(let piece): text += piece
        case .place(let name):
          guard let value = values[name] else { return nil }
          text += value
        }
      }
      return text
    }
  }

  private enum Part {
    case text(String)
    case place(String)
  }

  private static func parts(of word: String) -> [Part] {
    var parts: [Part] = []
    var text = ""
    var rest = word[...]
    while let character = rest.first {
      if character == "{", text.last != "$" {
        if let name = name(in: rest, opening: "{{", closing: "}}") {
          text += "{\(name)}"
          rest = rest.dropFirst(name.count + 4)
          continue
        }
        if let name = name(in: rest, opening: "{", closing: "}") {
          if !text.isEmpty { parts.append(.text(text)) }
          text = ""
          parts.append(.place(name))
          rest = rest.dropFirst(name.count + 2)
          continue
        }
      }
      text.append(character)
      rest = rest.dropFirst()
    }
    if !text.isEmpty || parts.isEmpty { parts.append(.text(text)) }
    return parts
  }

  private static func name(
    in text: Substring, opening: String, closing: String
  ) -> String? {
    guard text.hasPrefix(opening) else { return nil }
    let inside = text.dropFirst(opening.count)
    let name = inside.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
    guard let first = name.first, first.isLetter || first == "_",
      inside.dropFirst(name.count).hasPrefix(closing)
    else { return nil }
    return String(name)
  }
}

/// What is wrong with a command.
struct CommandProblem: Error, Equatable {
  var message: String
}

/// Takes a line apart, a character at a time.
private struct CommandSplitter {
  private var words: [String] = []
  private var word = ""
  /// A word has begun, be it an empty one in quotes.
  private var isInside = false
  private var quote: Character?
  private var isEscaped = false
  /// Part of the word stood in quotes, so that it means nothing to a shell.
  private var isProtected = false

  private static let shellWords: Set<String> = [
    "|", "||", "&&", "&", ";", ">", ">>", "<", "<<", "2>", "2>&1", "&>",
  ]

  mutating func take(_ character: Character) throws(CommandProblem) {
    if isEscaped {
      // Inside of double quotes a backslash stands for itself before most characters.
      if quote == "\"", character != "\"", character != "\\" { word.append("\\") }
      isEscaped = false
      word.append(character)
    } else if character == "\\", quote != "'" {
      (isEscaped, isInside, isProtected) = (true, true, true)
    } else if let open = quote {
      if character == open { quote = nil } else { word.append(character) }
    } else if character == "'" || character == "\"" {
      (quote, isInside, isProtected) = (character, true, true)
    } else if character.isWhitespace {
      try finish()
    } else {
      isInside = true
      word.append(character)
    }
  }

  mutating func end() throws(CommandProblem) -> [String] {
    guard quote == nil, !isEscaped else {
      throw CommandProblem(message: "a quote, or a backslash, has no end")
    }
    try finish()
    guard !words.isEmpty else { throw CommandProblem(message: "it has no words") }
    return words
  }

  private mutating func finish() throws(CommandProblem) {
    guard isInside else { return }
    if !isProtected, Self.shellWords.contains(word) {
      throw CommandProblem(
        message: "'\(word)' means something to a shell alone; write [sh, -c, \"…\"]")
    }
    words.append(word)
    (word, isInside, isProtected) = ("", false, false)
  }
}
