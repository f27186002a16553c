/// The rows of a test set of its own: read like the data's, and shaped further by what is theirs alone.
extension TableShaping {
  /// The query of the test rows.
  ///
  /// - Parameters:
  ///   - data: the table whose rows are numbered before.
  ///   - joins: those of all rows.
  ///   - joined: tables joined to these rows alone.
  mutating func shapedTest(
    _ test: LoadedTable, after data: LoadedTable, joins: [Join], joined: [LoadedTable]
  ) throws -> String {
    try refuseEmpty(test.table, name: request.testFiles.first?.source.name ?? "test_source")
    let own = request.testShaping
    let ownJoins = try makeJoins(joined, as: "test_join", of: own?.join ?? [])
    return try shaped(
      try align(test, with: data).select(firstRow: try count(data.table)),
      by: Steps(
        joins: joins + ownJoins, conditions: [request.where, own?.where],
        derivations: Self.derivations(request.derive, replacedBy: own?.derive ?? [])))
  }

  /// Refuses test rows that lack a column which the data has in the end.
  func requireAll(_ columns: [Column], inTest sql: String) throws {
    let known = Set(try engineColumns(of: sql).map { $0.name.lowercased() })
    guard let missing = columns.first(where: { !known.contains($0.name.lowercased()) }) else {
      return
    }
    throw DataError(
      .columnMissing, "The test source has no column \(missing.name), which the data has.",
      hint: "Both need the same columns; `test_source` may have a `join` and `derive` of its own.")
  }

  /// The columns computed for test rows, in order.
  ///
  /// One of the same name takes the place of that of all rows; one that is new comes right before
  /// the next that takes a place, which may need it.
  static func derivations(
    _ all: [DatasetRequest.Derivation], replacedBy own: [DatasetRequest.Derivation]
  ) -> [DatasetRequest.Derivation] {
    var result = all
    var added: [DatasetRequest.Derivation] = []
    for derivation in own {
      guard let place = result.firstIndex(where: { $0.name == derivation.name }) else {
        added.append(derivation)
        continue
      }
      result[place] = derivation
      result.insert(contentsOf: added, at: place)
      added = []
    }
    return result + added
  }

  /// Gives the test rows the columns of the data, by name, with the types that these have there.
  ///
  /// Columns that only they have stay where a join or derivation of their own may need them.
  private mutating func align(_ test: LoadedTable, with data: LoadedTable) throws -> LoadedTable {
    var aligned = test
    aligned.columns = data.columns.compactMap { column in
      guard let match = test.column(named: column.name) else { return nil }
      let expression =
        match.type == column.type
        ? match.expression : "TRY_CAST(\(match.expression) AS \(column.type))"
      return LoadedTable.Column(name: column.name, expression: expression, type: column.type)
    }
    for column in test.columns where data.column(named: column.name) == nil {
      if request.testShaping != nil {
        aligned.columns.append(column)
        continue
      }
      remarks.append(
        DatasetProfile.Warning(
          code: "test_column_ignored", column: column.name,
          message: "The test source has a column \(column.name) that the data lacks; it is ignored."
        ))
    }
    return aligned
  }
}
