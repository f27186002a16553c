/// What columns of texts look like when they are nearly something else: numbers, amounts or dates.
///
/// Nothing is guessed from it; a person is told, with the expression that would help.
struct TextLooks {
  /// How many texts of one column look how.
  struct Look: Equatable {
    var present: Int
    var numbers: Int
    /// Numbers once signs such as `%` and `$` are taken away.
    var amounts: Int
    var dates: Int
    /// A text that is no number.
    var example: String?

    /// What is odd about it, and what would help; nil if it is just text.
    func remark(on column: String) -> (message: String, hint: String)? {
      let shown = "“\((example ?? "").prefix(40))”"
      let name = quoted(column)
      if dates * 10 >= present * 9 {
        return (
          "holds dates in several formats, such as \(shown)",
          "Derive a time from it: coalesce(try_strptime(\(name), '%Y-%m-%d'), …)."
        )
      }
      if numbers * 2 >= present {
        return (
          "holds numbers in \(numbers) of \(present) rows and others such as \(shown)",
          "Mend them, or derive a number: TRY_CAST(\(name) AS DOUBLE)."
        )
      }
      if amounts * 10 >= present * 9 {
        return (
          "holds numbers with signs or words, such as \(shown)",
          "Derive a number: CAST(regexp_replace(\(name), '[^0-9.-]', '', 'g') AS DOUBLE)."
        )
      }
      return nil
    }
  }

  let connection: DuckDBConnection

  /// The looks of columns, in their order.
  func looks(of columns: [String], in table: String) throws -> [Look] {
    let date = #"'\s*[0-9]{1,4}[-./ ]([0-9]{1,2}|[A-Za-z]{3,9}),?[-./ ][0-9]{1,4}.{0,14}'"#
    var looks = [Look](
      repeating: Look(present: 0, numbers: 0, amounts: 0, dates: 0), count: columns.count)
    let pairs = ColumnPairs(
      connection: connection, table: table, values: columns.map(quoted))
    for (place, row) in try pairs.rows([
      "count(v)", "count(TRY_CAST(v AS DOUBLE))",
      "count(TRY_CAST(regexp_replace(v, '[ %$€£,]|[A-Za-z]{1,3}$', '', 'g') AS DOUBLE))",
      "count(CASE WHEN regexp_full_match(v, \(date)) THEN 1 END)",
      "min(CASE WHEN TRY_CAST(v AS DOUBLE) IS NULL THEN v END)",
    ]) {
      looks[place] = Look(
        present: row[0].integer ?? 0, numbers: row[1].integer ?? 0, amounts: row[2].integer ?? 0,
        dates: row[3].integer ?? 0, example: row[4].text)
    }
    return looks
  }

  /// Warnings about features, and a refusal of a target whose words nearly all differ.
  func warnings(
    about columns: [DatasetProfile.Column], except excluded: [String], in table: String
  ) throws -> [DatasetProfile.Warning] {
    let texts = columns.filter {
      ($0.type == .text || $0.type == .category) && $0.distinctCount > 20
        && $0.role != .series && !excluded.contains($0.name)
    }
    return try zip(texts, looks(of: texts.map(\.name), in: table)).compactMap { column, look in
      let remark = look.remark(on: column.name)
      if column.role == .target, column.distinctCount * 2 > look.present {
        throw DataError(
          .targetUnfit,
          "The target \(column.name) has \(column.distinctCount) different words in \(look.present) "
            + "rows, too many to be classes"
            + (remark.map { "; it \($0.message)." } ?? ", such as “\(look.example ?? "")”."),
          hint: remark?.hint ?? "Choose another target, or derive a few classes from it.")
      }
      return remark.map {
        DatasetProfile.Warning(
          code: "text_of_others", column: column.name,
          message: "Column \(column.name) \($0.message): it is taken as text. \($0.hint)")
      }
    }
  }
}
