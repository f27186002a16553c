/// A shape of MLflow's scoring protocol.
enum MLflowShape: String {
  case split = "dataframe_split"
  case records = "dataframe_records"
  case instances
  case inputs
}

extension RowReader {
  /// The shape that a body's object names, if no column is called so.
  func mlflowShape(_ start: JSONCursor) throws(SignatureError) -> MLflowShape? {
    var cursor = start
    try cursor.expect("{")
    if cursor.take("}") { return nil }
    repeat {
      guard try cursor.kind() == .string else { return nil }
      let key = try cursor.string()
      if let shape = MLflowShape(rawValue: key), place(of: key) == nil { return shape }
      // Only `params` may stand before the rows: every other name is a column of a plain row.
      guard key == "params" else { return nil }
      try cursor.expect(":")
      try cursor.skipValue()
    } while cursor.take(",")
    return nil
  }

  /// Reads a body whose object names `shape`.
  func read(
    _ shape: MLflowShape, _ cursor: inout JSONCursor, into rows: inout RequestRows
  ) throws(SignatureError) {
    try cursor.expect("{")
    repeat {
      let key = try cursor.string()
      try cursor.expect(":")
      guard key == shape.rawValue else {
        try cursor.skipValue()
        continue
      }
      switch (shape, try cursor.kind()) {
      case (.split, .object): try readSplit(&cursor, into: &rows)
      case (.records, .array), (.instances, .array), (.inputs, .array):
        try readRowsOrValues(&cursor, into: &rows)
      case (.instances, .object), (.inputs, .object): try readColumns(&cursor, into: &rows)
      default:
        throw SignatureError(
          .rowsInvalid, "`\(shape.rawValue)` is of another shape than MLflow's.",
          hint: "Send dataframe_split as an object with columns and data, the others as arrays.")
      }
    } while cursor.take(",")
    try cursor.expect("}")
  }

  /// An array of rows; for a model of one column also of bare values.
  private func readRowsOrValues(
    _ cursor: inout JSONCursor, into rows: inout RequestRows
  ) throws(SignatureError) {
    var ahead = cursor
    try ahead.expect("[")
    let isEmpty = ahead.take("]")
    let kind: JSONCursor.Kind? = isEmpty ? nil : try ahead.kind()
    guard let kind, kind != .object, kind != .array, signature.count == 1 else {
      return try readArray(&cursor, into: &rows)
    }
    try cursor.expect("[")
    repeat {
      let row = rows.rowCount
      rows.cells.append(try cell(&cursor, of: signature[0], row: row))
      try check(&rows, from: row, row: row)
    } while cursor.take(",")
    try cursor.expect("]")
  }

  /// `{"columns": […], "data": [[…], …]}` in any order, an `index` passed over.
  private func readSplit(
    _ cursor: inout JSONCursor, into rows: inout RequestRows
  ) throws(SignatureError) {
    var places: [Int?]?
    var data: JSONCursor?
    try cursor.expect("{")
    if !cursor.take("}") {
      repeat {
        let key = try cursor.string()
        try cursor.expect(":")
        if key == "columns" {
          places = try columnPlaces(&cursor)
        } else {
          if key == "data" { data = cursor }
          try cursor.skipValue()
        }
      } while cursor.take(",")
      try cursor.expect("}")
    }
    guard var data else {
      throw SignatureError(.rowsInvalid, "`dataframe_split` has no `data`.")
    }
    try data.expect("[")
    if data.take("]") { return }
    repeat { try readPositional(&data, places: places, into: &rows) } while data.take(",")
  }

  private func columnPlaces(_ cursor: inout JSONCursor) throws(SignatureError) -> [Int?] {
    var places: [Int?] = []
    try cursor.expect("[")
    if cursor.take("]") { return places }
    repeat {
      guard try cursor.kind() == .string else { throw cursor.malformed("a column name") }
      places.append(place(of: try cursor.string()))
    } while cursor.take(",")
    try cursor.expect("]")
    return places
  }

  /// `{"column": [value, …], …}` or, for one row, `{"column": value, …}`.
  private func readColumns(
    _ cursor: inout JSONCursor, into rows: inout RequestRows
  ) throws(SignatureError) {
    var columns: [Int: [Cell]] = [:]
    try cursor.expect("{")
    if !cursor.take("}") {
      repeat {
        let place = place(of: try cursor.string())
        try cursor.expect(":")
        guard let place else {
          try cursor.skipValue()
          continue
        }
        var cells: [Cell] = []
        if try cursor.kind() == .array {
          try cursor.expect("[")
          if !cursor.take("]") {
            repeat {
              cells.append(try self.cell(&cursor, of: signature[place], row: cells.count))
            } while cursor.take(",")
            try cursor.expect("]")
          }
        } else {
          cells.append(try cell(&cursor, of: signature[place], row: 0))
        }
        columns[place] = cells
      } while cursor.take(",")
      try cursor.expect("}")
    }
    let count = columns.values.map(\.count).max() ?? 0
    guard columns.values.allSatisfy({ $0.count == count }) else {
      throw SignatureError(.rowsInvalid, "The columns of the rows have different lengths.")
    }
    for row in 0..<count {
      let start = rows.cells.count
      for place in signature.indices { rows.cells.append(columns[place]?[row] ?? .missing) }
      try check(&rows, from: start, row: row)
    }
  }
}
