import DataPipelines

/// The rows of a request in the order of the signature, checked against it.
struct RequestRows: Sendable, Equatable {
  let width: Int
  /// Row after row.
  var cells: [Cell] = []

  var rowCount: Int { width == 0 ? 0 : cells.count / width }
}

/// Reads rows from JSON as a signature wants them.
///
/// Takes one row or many, as objects or as arrays in the order of the signature, and the shapes of
/// MLflow's scoring protocol: `dataframe_split`, `dataframe_records`, `instances` and `inputs`.
struct RowReader: Sendable {
  let signature: [SignatureColumn]
  /// The columns' names one after another, and where each ends.
  private let names: [UInt8]
  private let nameEnds: [Int]
  /// Whether a JSON number is the column's value as it is.
  private let takesNumbers: [Bool]
  private let isRequired: [Bool]
  private let placeOfName: [String: Int]

  init(signature: [SignatureColumn]) {
    self.signature = signature
    var (names, ends): ([UInt8], [Int]) = ([], [])
    for column in signature {
      names += column.name.utf8
      ends.append(names.count)
    }
    self.names = names
    nameEnds = ends
    takesNumbers = signature.map { [.integer, .decimal, .timestamp].contains($0.type) }
    isRequired = signature.map { !$0.isOptional }
    placeOfName = Dictionary(
      signature.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The rows of a whole body.
  func read(_ bytes: UnsafeBufferPointer<UInt8>) throws(SignatureError) -> RequestRows {
    var cursor = JSONCursor(bytes)
    var rows = RequestRows(width: signature.count)
    switch try cursor.kind() {
    case .object:
      if let shape = try mlflowShape(cursor) {
        try read(shape, &cursor, into: &rows)
      } else {
        try readObject(&cursor, into: &rows)
      }
    case .array: try readArray(&cursor, into: &rows)
    default:
      throw SignatureError(
        .rowsInvalid, "The body holds no rows: it is neither an object nor an array.",
        hint: "Send one row as an object, or an array of rows.")
    }
    cursor.skipSpace()
    guard cursor.isAtEnd else { throw cursor.malformed("the end") }
    guard rows.rowCount > 0 else { throw Self.noRows }
    return rows
  }

  /// `[{…}, …]`, `[[…], …]`, or one row as `[value, …]`.
  func readArray(
    _ cursor: inout JSONCursor, into rows: inout RequestRows
  ) throws(SignatureError) {
    var ahead = cursor
    try ahead.expect("[")
    if ahead.take("]") { throw Self.noRows }
    switch try ahead.kind() {
    case .object, .array:
      try cursor.expect("[")
      repeat {
        if try cursor.kind() == .object {
          try readObject(&cursor, into: &rows)
        } else {
          try readPositional(&cursor, places: nil, into: &rows)
        }
      } while cursor.take(",")
      try cursor.expect("]")
    default: try readPositional(&cursor, places: nil, into: &rows)
    }
  }

  /// One row by names; columns that the signature does not know are passed over.
  func readObject(
    _ cursor: inout JSONCursor, into rows: inout RequestRows
  ) throws(SignatureError) {
    guard try cursor.kind() == .object else {
      throw SignatureError(
        .rowsInvalid, "Row \(rows.rowCount) is not an object.",
        hint: "Send all rows in the same shape.", row: rows.rowCount)
    }
    let number = rows.rowCount
    let start = rows.cells.count
    for _ in 0..<rows.width { rows.cells.append(.missing) }
    try cursor.expect("{")
    if !cursor.take("}") {
      // Rows name their columns in the signature's order, mostly.
      var expected = 0
      repeat {
        let place = try place(&cursor, expected: expected)
        try cursor.expect(":")
        if let place {
          rows.cells[start + place] = try cell(&cursor, at: place, row: number)
          expected = place + 1
        } else {
          try cursor.skipValue()
        }
      } while cursor.take(",")
      try cursor.expect("}")
    }
    try check(&rows, from: start, row: number)
  }

  /// One row by position: in the signature's order, or in that of `places`.
  func readPositional(
    _ cursor: inout JSONCursor, places: [Int?]?, into rows: inout RequestRows
  ) throws(SignatureError) {
    let number = rows.rowCount
    let start = rows.cells.count
    let wanted = places?.count ?? signature.count
    for _ in 0..<rows.width { rows.cells.append(.missing) }
    guard try cursor.kind() == .array else {
      throw SignatureError(
        .rowsInvalid, "Row \(number) is not an array.",
        hint: "Send all rows in the same shape.", row: number)
    }
    try cursor.expect("[")
    var count = 0
    if !cursor.take("]") {
      repeat {
        if count < wanted, let place = places.map({ $0[count] }) ?? count {
          rows.cells[start + place] = try cell(&cursor, at: place, row: number)
        } else {
          try cursor.skipValue()
        }
        count += 1
      } while cursor.take(",")
      try cursor.expect("]")
    }
    guard count == wanted else {
      throw SignatureError(
        .rowsInvalid, "Row \(number) has \(count) values; expected \(wanted).",
        hint: "The columns are, in order: \(signature.map(\.name).joined(separator: ", ")).",
        row: number)
    }
    try check(&rows, from: start, row: number)
  }

  private static let noRows = SignatureError(
    .rowsInvalid, "The body holds no rows.", hint: "Send at least one row.")

  /// Throws if a required cell of the row that begins at `start` is missing.
  func check(
    _ rows: inout RequestRows, from start: Int, row: Int
  ) throws(SignatureError) {
    for place in isRequired.indices where isRequired[place] {
      if case .missing = rows.cells[start + place] {
        throw SignatureError.missing(signature[place], row: row)
      }
    }
  }

  /// Place of the column whose name comes next; nil for one that the signature does not know.
  private func place(
    _ cursor: inout JSONCursor, expected: Int
  ) throws(SignatureError) -> Int? {
    guard try cursor.kind() == .string else { throw cursor.malformed("a column name") }
    guard let plain = try cursor.plainString() else { return placeOfName[try cursor.string()] }
    if expected < nameEnds.count, isName(plain, of: expected) { return expected }
    return placeOfName[String(decoding: plain, as: UTF8.self)]
  }

  private func isName(_ bytes: UnsafeBufferPointer<UInt8>, of place: Int) -> Bool {
    let start = place == 0 ? 0 : nameEnds[place - 1]
    let count = nameEnds[place] - start
    guard bytes.count == count else { return false }
    return names.withUnsafeBufferPointer { names in
      for offset in 0..<count where bytes[offset] != names[start + offset] { return false }
      return true
    }
  }

  /// The value that comes next, as the column at `place` wants it.
  private func cell(
    _ cursor: inout JSONCursor, at place: Int, row: Int
  ) throws(SignatureError) -> Cell {
    if takesNumbers[place], try cursor.kind() == .number {
      let number = try cursor.number().value
      return number.isNaN ? .missing : .number(number)
    }
    return try cell(&cursor, of: signature[place], row: row)
  }

  /// Place of the column of that name; nil for one that the signature does not know.
  func place(of name: String) -> Int? { placeOfName[name] }
}
