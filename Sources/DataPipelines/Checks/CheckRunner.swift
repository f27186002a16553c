/// Runs the checks of a request over the table `data`.
struct CheckRunner {
  let connection: DuckDBConnection
  let columns: [TableShaping.Column]

  func run(_ checks: [DatasetRequest.Check]) throws -> [CheckResult] {
    try checks.map(run)
  }

  /// Throws if a check failed, naming the first three with their rows.
  static func refuseFailures(_ results: [CheckResult]) throws(DataError) {
    let failed = results.filter { !$0.passed }
    guard !failed.isEmpty else { return }
    let told = failed.prefix(3).map { result in
      guard result.failedRowCount > 0 else { return result.check }
      var text = "\(result.check): \(result.failedRowCount) rows failed"
      if let first = result.firstFailingRows.first {
        let rows = result.firstFailingRows.map { String($0.row) }.joined(separator: ", ")
        let more = result.failedRowCount > result.firstFailingRows.count ? ", …" : ""
        text += " (rows \(rows)\(more); row \(first.row) has \(first.value ?? "no value"))"
      }
      return text
    }
    let rest = failed.count > 3 ? "; and \(failed.count - 3) more checks" : ""
    throw DataError(
      .checkFailed,
      "\(failed.count) of \(results.count) checks failed. \(told.joined(separator: "; "))\(rest).",
      hint:
        "Correct the data, or drop such rows with `where`, or change the check. Rows are counted "
        + "from 1, without the header.")
  }

  private func run(_ check: DatasetRequest.Check) throws -> CheckResult {
    if check.rowsAtLeast != nil || check.rowsAtMost != nil { return try runRows(check) }
    if let sql = check.sql {
      return try run(
        "\(sql)", column: nil, failing: "NOT coalesce((\(sql)\n), false)", value: "NULL")
    }
    guard let name = check.column else {
      throw DataError(.sqlInvalid, "A check names no column and no condition.", hint: nil)
    }
    guard let column = columns.first(where: { $0.name == name }) else {
      throw DataError(
        .columnMissing, "A check names the column \(name), which the data does not have.",
        hint: "Check the spelling of the name.")
    }
    let (words, failing) = try condition(of: check, column: column)
    return try run("\(name) \(words)", column: name, failing: failing, value: quoted(name))
  }

  private func condition(
    of check: DatasetRequest.Check, column: TableShaping.Column
  ) throws -> (words: String, failing: String) {
    let value = quoted(column.name)
    if let bounds = check.between, bounds.count == 2 {
      guard column.type == "BIGINT" || column.type == "DOUBLE" else {
        throw DataError(
          .checkFailed, "The check `between` needs numbers, but \(column.name) holds other values.",
          hint: "Use `one_of` or `matches` for texts.")
      }
      return (
        "between \(short(bounds[0])) and \(short(bounds[1]))",
        "\(value) NOT BETWEEN \(bounds[0]) AND \(bounds[1])"
      )
    }
    if check.notNull == true { return ("not null", "\(value) IS NULL") }
    if check.unique == true {
      return (
        "unique",
        "\(value) IN (SELECT \(value) FROM data WHERE \(value) IS NOT NULL "
          + "GROUP BY \(value) HAVING count(*) > 1)"
      )
    }
    let text = "CAST(\(value) AS VARCHAR)"
    if let allowed = check.oneOf {
      return (
        "one of \(allowed.joined(separator: ", "))",
        allowed.isEmpty
          ? "\(value) IS NOT NULL"
          : "\(text) NOT IN (\(allowed.map(literal).joined(separator: ", ")))"
      )
    }
    if let pattern = check.matches {
      return ("matches \(pattern)", "NOT regexp_full_match(\(text), \(literal(pattern)))")
    }
    return ("(no condition)", "false")
  }

  private func runRows(_ check: DatasetRequest.Check) throws -> CheckResult {
    let count = try connection.query("SELECT count(*) FROM data").rows().first?.first?.integer ?? 0
    let bounds = [
      check.rowsAtLeast.map { "at least \($0)" }, check.rowsAtMost.map { "at most \($0)" },
    ].compactMap { $0 }.joined(separator: " and ")
    let passed = count >= check.rowsAtLeast ?? 0 && count <= check.rowsAtMost ?? Int.max
    return CheckResult(
      check: passed ? "rows \(bounds)" : "rows \(bounds) (there are \(count))", column: nil,
      passed: passed, failedRowCount: 0, firstFailingRows: [])
  }

  private func run(
    _ words: String, column: String?, failing: String, value: String
  ) throws -> CheckResult {
    do {
      let count =
        try connection.query(
          "SELECT count(*) FROM data WHERE \(failing)"
        ).rows().first?.first?.integer ?? 0
      let rows =
        count == 0
        ? []
        : try connection.query(
          "SELECT _row + 1, CAST(\(value) AS VARCHAR) FROM data WHERE \(failing) "
            + "ORDER BY _row LIMIT 10"
        ).rows()
      return CheckResult(
        check: words, column: column, passed: count == 0, failedRowCount: count,
        firstFailingRows: rows.map {
          CheckResult.FailingRow(row: $0[0].integer ?? 0, value: $0[1].text)
        })
    } catch let failure as SQLFailure where !failure.isOutOfMemory {
      throw DataError(
        failure.isAccessRefused ? .sqlRefused : .sqlInvalid,
        "The check (\(words)) is not valid: \(failure.summary)",
        hint: "`sql` must be a condition over the columns, `matches` a regular expression.")
    }
  }

  private func short(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? String(number)
  }
}
