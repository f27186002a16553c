import Basics
public import GRDB

/// Something of tracking or of the registry that a request changes, by its name there.
public enum TrackedThing: Hashable, Sendable, CustomStringConvertible {
  case run(String)
  case experiment(String)
  case loggedModel(String)
  case registeredModel(String)
  case modelVersion(of: String, version: Int)
  case modelAlias(of: String, alias: String)
  case trace(String)

  /// Such as `run 0123…`.
  public var description: String {
    switch self {
    case .run(let id): "run \(id)"
    case .experiment(let id): "experiment \(id)"
    case .loggedModel(let id): "logged model \(id)"
    case .registeredModel(let name): "registered model '\(name)'"
    case .modelVersion(let name, let version): "version \(version) of model '\(name)'"
    case .modelAlias(let name, let alias): "alias '\(alias)' of model '\(name)'"
    case .trace(let id): "trace \(id)"
    }
  }
}

/// Who asks: the run that a job works for, and the job.
public struct WorkingRun: Sendable, Equatable {
  /// The run's identifier.
  public var run: String
  /// The job's identifier.
  public var job: String
  /// The project in which both are.
  public var project: String

  /// Takes every value as it is.
  public init(run: String, job: String, project: String) {
    self.run = run
    self.job = job
    self.project = project
  }
}

/// Tells whose things are.
public enum OwnershipStore {
  /// Whether a job has made something, or nobody has, so that it may change it.
  ///
  /// What is not there is nobody's: who changes it is told that it is not there. Experiments and
  /// registered models, which have no maker, are a job's where nothing of others is in them; an
  /// experiment, too, where one of its runs is.
  public static func mayChange(
    _ thing: TrackedThing, _ owner: WorkingRun, in db: Database
  ) throws -> Bool {
    switch thing {
    case .run(let id):
      return try ask("SELECT \(isOwn) FROM run WHERE run.id = :id", owner, ["id": id], db)
    case .experiment(let id):
      return try ask(
        """
        SELECT NOT EXISTS (SELECT 1 FROM run WHERE experiment = home.id)
          OR EXISTS (SELECT 1 FROM run WHERE job = :job AND experiment = home.id)
          OR EXISTS (SELECT 1 FROM run WHERE id = :run AND experiment = home.id)
        FROM (SELECT coalesce(
          (SELECT experiment FROM experimentAlias WHERE alias = :id), :id) AS id) AS home
        """, owner, ["id": id], db)
    case .loggedModel(let id):
      return try ask(
        """
        SELECT sourceRun IS NULL OR \(isOwn)
        FROM loggedModel LEFT JOIN run ON run.id = sourceRun WHERE loggedModel.id = :id
        """, owner, ["id": id], db)
    case .trace(let id):
      return try ask(
        """
        SELECT run.id IS NULL OR \(isOwn)
        FROM trace
        LEFT JOIN traceMetadata AS source
          ON source.trace = trace.number AND source.key = 'mlflow.sourceRun'
        LEFT JOIN run ON run.id = source.value
        WHERE trace.id = :id
        """, owner, ["id": id], db)
    case .registeredModel(let name):
      return try ask(
        "SELECT min(\(isOwnVersion)) \(versions)", owner,
        ["project": owner.project, "name": name], db)
    case .modelVersion(let name, let version):
      return try ask(
        "SELECT \(isOwnVersion) \(versions) AND version.version = :version", owner,
        ["project": owner.project, "name": name, "version": version], db)
    case .modelAlias(let name, let alias):
      return try ask(
        """
        SELECT \(isOwnVersion) \(versions) AND version.version = (
          SELECT version FROM modelAlias
          WHERE modelAlias.model = registeredModel.number AND alias = :alias)
        """, owner, ["project": owner.project, "name": name, "alias": alias], db)
    }
  }

  /// Whether a run is the job's.
  private static let isOwn = "coalesce(run.id = :run OR run.job = :job, 0)"
  private static let isOwnVersion = "(coalesce(version.job = :job, 0) OR \(isOwn))"
  private static let versions = """
    FROM modelVersion AS version JOIN registeredModel ON registeredModel.number = version.model
    LEFT JOIN run ON run.id = version.run
    WHERE registeredModel.project = :project AND registeredModel.name = :name
    """

  private static func ask(
    _ sql: String, _ owner: WorkingRun, _ names: [String: (any DatabaseValueConvertible)?],
    _ db: Database
  ) throws -> Bool {
    let arguments = names.merging(["run": owner.run, "job": owner.job]) { $1 }
    // No row, and an aggregate over none, is nobody's.
    return try Bool.fetchOne(
      db.cachedStatement(sql: sql), arguments: StatementArguments(arguments)) ?? true
  }
}
