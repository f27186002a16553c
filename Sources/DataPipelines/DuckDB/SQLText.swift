/// A name as SQL wants it, in double quotes.
func quoted(_ name: String) -> String {
  "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
    + "\""
}

/// A text as SQL wants it, in single quotes.
func literal(_ text: String) -> String {
  "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
}

/// A list of texts as SQL wants it.
func literals(_ texts: [String]) -> String {
  "[" + texts.map(literal).joined(separator: ", ") + "]"
}

/// A comma list of names as SQL wants it.
func quotedList(_ names: [String]) -> String { names.map(quoted).joined(separator: ", ") }
