internal import API

extension ServiceWire {
  var hasEnded: Bool { state == "ended" }

  /// Its color in a table.
  var stateCell: TextTable.Cell {
    let color: TextColor =
      switch state {
      case "up": .good
      case "ended": .faint
      default: .active
      }
    return TextTable.Cell(state, color: color)
  }

  /// The job that has the requests, else the newest.
  var currentJob: String {
    (instances.last { $0.role == "serving" } ?? instances.last)?.job ?? ""
  }

  /// Everything about one service.
  var properties: TextTable {
    var rows: [(String, TextTable.Cell)] = [
      ("service", .init(id)), ("name", .init(name)), ("state", stateCell), ("address", .init(url)),
      ("site", .init(site)), ("submitted", .init(JobWire.time(createdAtMs))),
    ]
    if let renewsAtMs { rows.append(("next job", .init(JobWire.time(renewsAtMs)))) }
    if let endedAtMs { rows.append(("ended", .init(JobWire.time(endedAtMs)))) }
    for instance in instances.suffix(5) { rows.append(("job", .init(instance.words))) }
    for sentence in sentences { rows.append(("why", .init(sentence))) }
    return .properties(rows)
  }
}

extension ServiceWire.Instance {
  /// Where it is and what it does, in a line.
  fileprivate var words: String {
    var words = [job, role == "ended" ? "ended: \(reason ?? state)" : role]
    if let port, role != "ended" { words.append("at \(host ?? "127.0.0.1"):\(port)") }
    if let endsAtMs, role != "ended" { words.append("until \(JobWire.time(endsAtMs))") }
    return words.joined(separator: ", ")
  }
}
