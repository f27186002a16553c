/// Cuts a filter into its words.
struct FilterLexer {
  /// One word of a filter.
  enum Token: Equatable {
    /// A path such as `metrics.rmse` with its parts already without quotes.
    case name(entity: String?, key: String, written: String)
    case text(String, written: String)
    case number(String)
    case comparison(String)
    case word(String)
    case open, close, comma, semicolon

    var written: String {
      switch self {
      case .name(_, _, let written), .text(_, let written): written
      case .number(let text), .comparison(let text), .word(let text): text
      case .open: "("
      case .close: ")"
      case .comma: ","
      case .semicolon: ";"
      }
    }
  }

  private let characters: [Character]
  private var position = 0

  private init(_ text: String) { characters = Array(text) }

  /// All words of `text`.
  static func tokens(of text: String) throws(ExperimentationError) -> [Token] {
    guard text.utf8.count <= 100_000 else {
      throw ExperimentationError(.invalidValue, "The filter has more than 100000 bytes.")
    }
    var lexer = FilterLexer(text)
    var tokens: [Token] = []
    while let token = try lexer.next() { tokens.append(token) }
    return tokens
  }

  private mutating func next() throws(ExperimentationError) -> Token? {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
    guard position < characters.count else { return nil }
    let character = characters[position]
    switch character {
    case "(":
      position += 1
      return .open
    case ")":
      position += 1
      return .close
    case ",":
      position += 1
      return .comma
    case ";":
      position += 1
      return .semicolon
    case "=", "!", "<", ">": return comparison()
    case "'": return .text(try quoted("'"), written: writtenQuoted("'"))
    case "\"", "`": return try name()
    case "-", "+", ".", "0"..."9": return number()
    default:
      guard character.isLetter || character == "_" else {
        throw ExperimentationError(
          .invalidValue, "Invalid clause(s) in filter string: '\(character)'")
      }
      return try name()
    }
  }

  private mutating func comparison() -> Token {
    let start = position
    while position < characters.count, "=!<>".contains(characters[position]) { position += 1 }
    return .comparison(String(characters[start..<position]))
  }

  private mutating func number() -> Token {
    let start = position
    while position < characters.count {
      let character = characters[position]
      let isSign = (character == "-" || character == "+")
      let followsExponent = position > start && "eE".contains(characters[position - 1])
      guard
        character.isNumber || character == "." || "eE".contains(character)
          || (isSign && (position == start || followsExponent))
      else { break }
      position += 1
    }
    if position == start { position += 1 }
    return .number(String(characters[start..<position]))
  }

  private var lastQuoted = ""

  private func writtenQuoted(_ quote: Character) -> String { "\(quote)\(lastQuoted)\(quote)" }

  /// The inside of quotes; a doubled quote stands for one.
  private mutating func quoted(_ quote: Character) throws(ExperimentationError) -> String {
    position += 1
    var inside: [Character] = []
    while position < characters.count {
      let character = characters[position]
      position += 1
      if character == quote {
        guard position < characters.count, characters[position] == quote else {
          lastQuoted = String(inside)
          return lastQuoted
        }
        position += 1
      }
      inside.append(character)
    }
    throw ExperimentationError(
      .invalidValue, "Invalid clause(s) in filter string: a quote \(quote) is not closed")
  }

  /// `rmse`, `metrics.rmse`, `params."my key"`, `` tags.`mlflow.user` `` or a text in double quotes.
  private mutating func name() throws(ExperimentationError) -> Token {
    if characters[position] == "\"" || characters[position] == "`" {
      let quote = characters[position]
      let inside = try quoted(quote)
      guard position < characters.count, characters[position] == "." else {
        return quote == "\""
          ? .text(inside, written: "\"\(inside)\"")
          : .name(entity: nil, key: inside, written: "`\(inside)`")
      }
      position += 1
      let key = try part()
      return .name(entity: inside, key: key, written: "\(inside).\(key)")
    }
    let start = position
    while position < characters.count, Self.isPart(characters[position]) { position += 1 }
    let first = String(characters[start..<position])
    guard position < characters.count, characters[position] == "." else {
      return .name(entity: nil, key: first, written: first)
    }
    position += 1
    let key = try part()
    return .name(entity: first, key: key, written: String(characters[start..<position]))
  }

  /// What follows the first point: quoted, or a word that may hold further points.
  private mutating func part() throws(ExperimentationError) -> String {
    guard position < characters.count else {
      throw ExperimentationError(
        .invalidValue, "Invalid clause(s) in filter string: it ends after a point")
    }
    if "\"'`".contains(characters[position]) { return try quoted(characters[position]) }
    let start = position
    while position < characters.count,
      Self.isPart(characters[position]) || "./-:@".contains(characters[position])
    {
      position += 1
    }
    let word = String(characters[start..<position])
    // `span.attributes."my key"`: the last part may be quoted.
    guard position < characters.count, word.hasSuffix("."),
      characters[position] == "\"" || characters[position] == "`"
    else { return word }
    return word + (try quoted(characters[position]))
  }

  private static func isPart(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }
}
