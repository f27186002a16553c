import JSONCoding

/// What slurmrestd answers: complaints beside what was asked for.
struct RESTAnswer: Sendable {
  /// One complaint of Slurm's.
  struct Complaint: Sendable, Equatable {
    /// Slurm's number (slurm_errno.h); nil where it has none.
    var number: Int?
    var words: String
  }

  /// HTTP status; Slurm's own errors are 500 in some parts of it, and 200 in others.
  let status: Int
  let complaints: [Complaint]
  let members: [String: JSONValue]

  /// Reads an answer.
  ///
  /// - Parameter keys: what is kept of the elements of its lists, which may be many; nil keeps all.
  init(status: Int, _ bytes: [UInt8], keys: Set<String>? = nil) throws(JSONError) {
    self.status = status
    let members = try JSONReader.read(bytes) { reader throws(JSONError) in
      let members = try Self.members(&reader, keys)
      try reader.finish()
      return members
    }
    self.members = members
    complaints = (members["errors"]?.arrayValue ?? []).map { Complaint($0) }
  }

  private static func members(
    _ reader: inout JSONReader, _ keys: Set<String>?
  ) throws(JSONError) -> [String: JSONValue] {
    var members: [String: JSONValue] = [:]
    try reader.beginObject()
    while let key = try reader.nextKey()?.string {
      if let keys, key != "errors", try reader.peek() == .array {
        members[key] = .array(try elements(&reader, keys))
      } else {
        members[key] = try reader.readValue()
      }
    }
    return members
  }

  private static func elements(
    _ reader: inout JSONReader, _ keys: Set<String>
  ) throws(JSONError) -> [JSONValue] {
    var elements: [JSONValue] = []
    try reader.beginArray()
    while try reader.nextElement() {
      guard try reader.peek() == .object else {
        elements.append(try reader.readValue())
        continue
      }
      var members: [JSONMember] = []
      try reader.beginObject()
      while let key = try reader.nextKey()?.string {
        if keys.contains(key) {
          members.append(JSONMember(key, try reader.readValue()))
        } else {
          try reader.skipValue()
        }
      }
      elements.append(.object(members))
    }
    return elements
  }

  /// The elements of a list; none where it is missing.
  func list(_ key: String) -> [JSONValue] { members[key]?.arrayValue ?? [] }

  /// Whether Slurm did what it was asked for.
  var isSuccess: Bool { status < 400 && complaints.isEmpty }

  /// Whether one of the complaints has a number.
  func says(_ number: Int) -> Bool { complaints.contains { $0.number == number } }

  /// All complaints in one line.
  var words: String {
    complaints.isEmpty ? "HTTP \(status)" : complaints.map(\.words).joined(separator: "; ")
  }

  /// Slurm's version, such as `22.05.8`; empty where it is not told.
  var release: String {
    let meta = members["meta"]
    return (meta?["Slurm"] ?? meta?["slurm"])?["release"]?.stringValue ?? ""
  }
}

extension RESTAnswer.Complaint {
  /// Reads one, whose keys differ between the parts of Slurm 22.05.
  fileprivate init(_ value: JSONValue) {
    number =
      ["error_number", "error_code", "errno"].lazy.compactMap { value[$0]?.slurmNumber }.first
      .map { Int($0) }
    let error = value["error"]?.stringValue ?? ""
    let description = value["description"]?.stringValue ?? ""
    words =
      switch (description.isEmpty, error.isEmpty) {
      case (true, true): "an error without words"
      case (true, false): error
      case (false, true): description
      case (false, false): description.contains(error) ? description : "\(description): \(error)"
      }
  }
}

extension JSONValue {
  /// A number of Slurm's: plain until its API v0.0.38, since v0.0.39 `{"set": …, "infinite": …, "number": …}`.
  ///
  /// - Returns: nil where it is not set, infinite, or no whole number.
  var slurmNumber: Int64? {
    if let number = numberValue { return Int64(exactly: number) }
    guard self["set"]?.boolValue == true, self["infinite"]?.boolValue != true else { return nil }
    return self["number"]?.numberValue.flatMap { Int64(exactly: $0) }
  }

  /// A word of Slurm's: plain until v0.0.38, later the first of a list.
  var slurmWord: String? { stringValue ?? arrayValue?.first?.stringValue }
}
