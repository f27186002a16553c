import DataPipelines

extension RequestRows {
  /// The rows as a table with the columns of the signature.
  func table(_ signature: [SignatureColumn]) -> Table {
    let columns = signature.indices.map { place in
      TableColumn(
        name: signature[place].name, type: signature[place].type,
        values: signature[place].type.isNumeric ? numbers(of: place) : strings(of: place))
    }
    return Table(columns: columns, rowCount: rowCount)
  }

  private func numbers(of place: Int) -> ColumnValues {
    .numbers(
      (0..<rowCount).map { row in
        if case .number(let number) = cells[row * width + place] { number } else { .nan }
      })
  }

  private func strings(of place: Int) -> ColumnValues {
    var values: [String] = []
    var codeOfValue: [String: Int32] = [:]
    let codes = (0..<rowCount).map { row -> Int32 in
      guard case .text(let text) = cells[row * width + place] else { return -1 }
      if let code = codeOfValue[text] { return code }
      let code = Int32(values.count)
      values.append(text)
      codeOfValue[text] = code
      return code
    }
    return .strings(codes: codes, values: values)
  }
}
