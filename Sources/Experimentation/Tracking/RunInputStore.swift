public import GRDB

/// A dataset that runs of an experiment read.
public struct RunInputSummary: Sendable, Equatable {
  /// The experiment of the runs.
  public var experiment: ExperimentID
  /// Name of the dataset.
  public var name: String
  /// Hash of its content.
  public var digest: String
  /// What it was used for; may be empty.
  public var context: String
}

extension RunStore {
  /// The different datasets that runs of experiments read, in order of their names.
  public static func inputSummaries(
    in experiments: [ExperimentID], limit: Int, in db: Database
  ) throws -> [RunInputSummary] {
    let marks = experiments.map { _ in "?" }.joined(separator: ", ")
    return try Row.fetchAll(
      db,
      sql: """
        SELECT DISTINCT run.experiment, runInput.name, digest, context FROM runInput
        JOIN run ON run.number = runInput.run WHERE run.experiment IN (\(marks))
        ORDER BY 1, 2, 3, 4 LIMIT ?
        """, arguments: StatementArguments(experiments.map(\.rawValue)) + [limit]
    ).compactMap { row in
      ExperimentID(row[0]).map {
        RunInputSummary(
          experiment: $0, name: row["name"], digest: row["digest"], context: row["context"])
      }
    }
  }
}
