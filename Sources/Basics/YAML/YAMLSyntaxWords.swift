/// What libyaml's complaints mean for a person who writes YAML.
enum YAMLSyntaxWords {
  /// The problem in plain words, and what to do.
  static func explain(_ problem: String) -> (words: String, hint: String?) {
    for (needle, words, hint) in table where problem.contains(needle) { return (words, hint) }
    return (problem, "see https://yaml.org/spec/1.2.2/")
  }

  private static let table: [(needle: String, words: String, hint: String)] = [
    (
      "mapping values are not allowed", "a ':' stands where no key can be",
      "indent the line as its neighbors, or put a text that holds ': ' in quotes"
    ),
    (
      "could not find expected ':'", "expected ':' and a value after the key",
      "write 'key: value' with a space after the colon"
    ),
    (
      "did not find expected key", "the line does not fit the mapping around it",
      "indent it as its neighbors; put texts with quotes or colons in quotes as a whole"
    ),
    (
      "did not find expected '-' indicator", "expected another element of the list, '- …'",
      "indent the line as the list's other lines"
    ),
    (
      "found character that cannot start any token",
      "a character stands here that cannot start a value (a tab, '@', '`' or '%')",
      "indent with spaces, and put such a text in quotes"
    ),
    (
      "did not find expected ',' or ']'", "expected ',' or ']'",
      "close the list that was opened with '['"
    ),
    (
      "did not find expected ',' or '}'", "expected ',' or '}'",
      "close the mapping that was opened with '{'"
    ),
    (
      "found unexpected end of stream", "the text ends within quotes or brackets",
      "close what was opened"
    ),
    (
      "found unknown escape character", "an unknown escape stands in double quotes",
      "write '\\\\' for a backslash, or use single quotes"
    ),
    (
      "found a tab character", "a tab stands where spaces are needed", "indent with spaces"
    ),
    (
      "block sequence entries are not allowed", "a list cannot start here",
      "put '- ' on a line of its own, indented below the key"
    ),
    (
      "did not find expected <document start>", "the text goes on after its end",
      "indent the line as its neighbors, or put the value in quotes"
    ),
    (
      "did not find expected alphabetic or numeric", "'*' or '&' needs a name",
      "put a text that starts with '*' or '&' in quotes"
    ),
  ]
}
