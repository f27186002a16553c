/// What to do about the complaints of `ssh`.
enum SSHWords {
  /// The last line of a complaint that says something.
  static func complaint(_ text: String) -> String {
    // `ssh` ends some lines with a carriage return as well.
    let lines = text.split(whereSeparator: \.isNewline).map(String.init)
      .filter { !$0.allSatisfy { $0.isWhitespace || $0 == "@" } }
    // The refusal of a host key ends with less than it begins with.
    for sign in ["REMOTE HOST IDENTIFICATION HAS CHANGED", "host key is known for"] {
      if let line = lines.first(where: { $0.contains(sign) }) {
        return line.trimmingBlanks.trimmingAts
      }
    }
    return lines.last.map(\.trimmingBlanks) ?? "it ended without a word"
  }

  /// What a person can do; nil where the complaint says all there is.
  static func hint(_ text: String, _ options: SSHOptions) -> String? {
    let host = (options.port.map { "-p \($0) " } ?? "") + options.destination
    if text.contains("REMOTE HOST IDENTIFICATION HAS CHANGED") {
      return
        "Do not go on before the site's help desk has confirmed that its key is a new one; then "
        + "'ssh-keygen -R' forgets the old one, and 'ssh \(host)' shows the new one to compare."
    }
    if text.contains("Host key verification failed") || text.contains("host key is known for") {
      return
        "Connect once by hand, 'ssh \(host)', compare the fingerprint with the one that the site "
        + "publishes, and accept it."
    }
    if text.contains("Permission denied") {
      return "'ssh -o BatchMode=yes \(host) true' must work without a question: load the key with "
        + "'ssh-add' before the server starts, or name one without passphrase with --identity."
    }
    if text.contains("Could not resolve") { return "Is the name right, and the network there?" }
    if text.contains("timed out") || text.contains("Connection refused")
      || text.contains("No route to host")
    {
      return "Is the login node up, and does the way to it need a jump host (--jump)?"
    }
    return nil
  }
}

extension String {
  fileprivate var trimmingBlanks: String {
    var text = Substring(self)
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  fileprivate var trimmingAts: String {
    var text = Substring(self)
    while let first = text.first, first == "@" || first.isWhitespace { text.removeFirst() }
    while let last = text.last, last == "@" || last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
