/// A job as one line of `squeue` or `sacct` tells it.
struct SlurmJob: Sendable, Equatable {
  var id: String
  var name: String
  var state: SlurmState
  /// Slurm's word for why the job stands there; nil where it says `None`.
  var reason: String?
  var nodes: String

  /// The fields that `squeue` is asked for; the name stands last, because others' may hold anything.
  static let queueFormat = "%i|%T|%r|%N|%j"

  /// The jobs of `squeue --noheader --format=…`, by their order; lines of another shape are passed over.
  static func queue(_ text: String) -> [SlurmJob] {
    text.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "|", maxSplits: 4, omittingEmptySubsequences: false)
      guard parts.count == 5, !parts[0].isEmpty else { return nil }
      return SlurmJob(
        id: String(parts[0]), name: String(parts[4]), state: SlurmState(parts[1]),
        reason: reason(parts[2]), nodes: String(parts[3]))
    }
  }

  /// The fields that `sacct` is asked for.
  static let accountingFormat = "JobID,State,Reason,NodeList,JobName"

  /// The jobs of `sacct --noheader --parsable2 --allocations --format=…`.
  static func accounts(_ text: String) -> [SlurmJob] {
    text.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "|", maxSplits: 4, omittingEmptySubsequences: false)
      guard parts.count == 5, !parts[0].isEmpty else { return nil }
      // `CANCELLED by 1000`: who did it is not part of the state.
      let state = parts[1].split(separator: " ").first ?? ""
      let nodes = parts[3] == "None assigned" ? "" : parts[3]
      return SlurmJob(
        id: String(parts[0]), name: String(parts[4]), state: SlurmState(state),
        reason: reason(parts[2]), nodes: String(nodes))
    }
  }

  /// The job of `scontrol --oneliner show job`; nil where the text is something else.
  static func description(_ text: String) -> SlurmJob? {
    var fields: [Substring: Substring] = [:]
    for word in text.split(whereSeparator: \.isWhitespace) {
      guard let equals = word.firstIndex(of: "=") else { continue }
      let name = word[..<equals]
      if fields[name] == nil { fields[name] = word[word.index(after: equals)...] }
    }
    guard let id = fields["JobId"], let state = fields["JobState"] else { return nil }
    let nodes = fields["NodeList"] ?? ""
    return SlurmJob(
      id: String(id), name: String(fields["JobName"] ?? ""), state: SlurmState(state),
      reason: reason(fields["Reason"] ?? ""), nodes: nodes == "(null)" ? "" : String(nodes))
  }

  private static func reason(_ word: Substring) -> String? {
    word.isEmpty || word == "None" || word == "(null)" ? nil : String(word)
  }

  /// The state and its reason in Slurm's own words, for people: `PENDING (Resources)`.
  var words: String {
    var words = state.word
    if let reason { words += " (\(reason))" }
    if !nodes.isEmpty { words += " on \(nodes)" }
    return words
  }
}

extension SlurmJob {
  /// The id as a number, for the order in which jobs were submitted.
  var number: Int { Int(id.prefix { $0.isNumber }) ?? .max }
}
