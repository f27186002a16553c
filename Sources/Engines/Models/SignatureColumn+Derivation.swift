public import DataPipelines

extension SignatureColumn {
  /// The signature of a model: what its rows looked like in training.
  ///
  /// - Parameters:
  ///   - columns: those that a request holds, in order.
  ///   - table: the training rows; a column with missing values becomes optional.
  ///   - optional: columns that are optional in any case.
  public static func signature(
    of columns: [DatasetManifest.Column], in table: Table, optional: Set<String> = []
  ) -> [SignatureColumn] {
    columns.compactMap { column in
      table[column.name].map { values in
        SignatureColumn(of: values, type: column.type, isOptional: optional.contains(column.name))
      }
    }
  }

  private init(of column: TableColumn, type: ColumnType, isOptional: Bool) {
    switch column.values {
    case .numbers(let numbers):
      var (minimum, maximum, hasMissing) = (Double.infinity, -Double.infinity, false)
      for number in numbers {
        if number.isNaN {
          hasMissing = true
        } else if number.isFinite {
          minimum = min(minimum, number)
          maximum = max(maximum, number)
        }
      }
      let hasRange = minimum <= maximum
      self.init(
        name: column.name, type: type, isOptional: isOptional || hasMissing,
        minimum: hasRange ? minimum : nil, maximum: hasRange ? maximum : nil)
    case .strings(let codes, let values):
      var counts = [Int](repeating: 0, count: values.count)
      for code in codes where code >= 0 { counts[Int(code)] += 1 }
      let frequent = counts.indices.filter { counts[$0] > 0 }
        .sorted { (counts[$1], values[$0]) < (counts[$0], values[$1]) }
      self.init(
        name: column.name, type: type, isOptional: isOptional || codes.contains { $0 < 0 },
        examples: type == .category ? frequent.prefix(20).map { values[$0] } : nil)
    }
  }
}
