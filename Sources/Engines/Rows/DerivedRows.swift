import DataPipelines

/// The rows of a request for a model whose workflow derives columns.
///
/// A caller sends the columns of the sources, as the workflow's file has them, and the derived ones
/// are computed by the workflow's SQL. A derived value that is sent is taken as it is.
struct DerivedRows: Sendable {
  private let signature: [SignatureColumn]
  /// The signature with nothing required, and the source columns that it lacks.
  private let accepted: [SignatureColumn]
  private let reader: RowReader
  private let derivation: RowDerivation

  init(signature: [SignatureColumn], derivation: RowDerivation) {
    self.signature = signature
    self.derivation = derivation
    var accepted = signature
    for place in accepted.indices where accepted[place].derivation != nil {
      accepted[place].isOptional = true
    }
    let names = Set(signature.map(\.name))
    for source in derivation.plan.sources where !names.contains(source.name) {
      accepted.append(SignatureColumn(name: source.name, type: source.type, isOptional: true))
    }
    self.accepted = accepted
    reader = RowReader(signature: accepted)
  }

  /// The rows with the columns of the signature.
  func table(of body: UnsafeBufferPointer<UInt8>) throws -> Table {
    let sent = try reader.read(body).table(accepted)
    let lacking = signature.filter { column in
      column.derivation != nil && sent[column.name]?.values.hasMissing ?? true
    }
    guard !lacking.isEmpty else { return Table(sent, columns: signature) }
    let derived: Table
    do {
      derived = try derivation.derive(lacking.map { ($0.name, $0.type) }, of: sent)
    } catch let failure as SQLFailure {
      throw SignatureError(
        .rowsInvalid,
        "The columns that the workflow derives cannot be computed for these rows: "
          + failure.summary,
        hint: "Send the columns that the workflow's expressions read, or the derived ones: "
          + lacking.map(\.name).joined(separator: ", ") + ".")
    }
    let whole = Table(
      columns: signature.compactMap { column in
        guard var known = sent[column.name] else { return nil }
        if let computed = derived[column.name] { known.values.fill(from: computed.values) }
        return known
      }, rowCount: sent.rowCount)
    try check(whole)
    return whole
  }

  /// Throws if a required value is missing: neither sent, nor could it be derived.
  private func check(_ table: Table) throws(SignatureError) {
    for column in signature where !column.isOptional {
      if let row = table[column.name]?.values.firstMissing {
        throw SignatureError.missing(column, row: row)
      }
    }
  }
}

extension Table {
  fileprivate init(_ table: Table, columns: [SignatureColumn]) {
    self.init(columns: columns.compactMap { table[$0.name] }, rowCount: table.rowCount)
  }
}

extension ColumnValues {
  /// The first row without a value.
  fileprivate var firstMissing: Int? {
    switch self {
    case .numbers(let numbers): numbers.firstIndex { $0.isNaN }
    case .strings(let codes, _): codes.firstIndex { $0 < 0 }
    }
  }

  fileprivate var hasMissing: Bool { firstMissing != nil }

  /// Takes over values of the same kind where there are none.
  fileprivate mutating func fill(from other: ColumnValues) {
    switch (self, other) {
    case (.numbers(var numbers), .numbers(let others)):
      for row in numbers.indices where numbers[row].isNaN { numbers[row] = others[row] }
      self = .numbers(numbers)
    case (.strings(var codes, var values), .strings(let otherCodes, let otherValues)):
      var codeOfValue = Dictionary(
        values.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
      for row in codes.indices where codes[row] < 0 && otherCodes[row] >= 0 {
        let value = otherValues[Int(otherCodes[row])]
        if let code = codeOfValue[value] {
          codes[row] = code
        } else {
          codes[row] = Int32(values.count)
          codeOfValue[value] = codes[row]
          values.append(value)
        }
      }
      self = .strings(codes: codes, values: values)
    case (.numbers, .strings), (.strings, .numbers): break
    }
  }
}
