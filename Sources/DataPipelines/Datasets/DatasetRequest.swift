/// What the data stage is asked to make: the `data` section of a workflow file, its sources already taken in as objects.
///
/// Written as `request.json` for `aifactory worker data REQUEST.json`, which leaves the dataset
/// version's files in `outputFolder`.
public struct DatasetRequest: Codable, Sendable, Equatable {
  /// One file to read: its bytes lie at `path` and are never changed.
  public struct SourceFile: Codable, Sendable, Equatable {
    public var source: DatasetManifest.Source
    /// Absolute path of the object that holds the bytes.
    public var path: String

    public init(source: DatasetManifest.Source, path: String) {
      self.source = source
      self.path = path
    }
  }

  /// A table joined to the main one by equal values of columns that both have.
  public struct Join: Codable, Sendable, Equatable {
    public var files: [SourceFile]
    public var using: [String]

    public init(files: [SourceFile], using: [String]) {
      self.files = files
      self.using = using
    }
  }

  /// One entry of `checks`; exactly one condition is set.
  public struct Check: Codable, Sendable, Equatable {
    public var column: String?
    /// Inclusive bounds of every value that is not missing.
    public var between: [Double]?
    public var notNull: Bool?
    public var unique: Bool?
    public var oneOf: [String]?
    /// A regular expression that each text matches fully.
    public var matches: String?
    /// Least and most number of rows of the whole table.
    public var rowsAtLeast: Int?
    public var rowsAtMost: Int?
    /// An SQL condition that holds for every row.
    public var sql: String?

    public init(
      column: String? = nil, between: [Double]? = nil, notNull: Bool? = nil, unique: Bool? = nil,
      oneOf: [String]? = nil, matches: String? = nil, rowsAtLeast: Int? = nil,
      rowsAtMost: Int? = nil, sql: String? = nil
    ) {
      self.column = column
      self.between = between
      self.notNull = notNull
      self.unique = unique
      self.oneOf = oneOf
      self.matches = matches
      self.rowsAtLeast = rowsAtLeast
      self.rowsAtMost = rowsAtMost
      self.sql = sql
    }
  }

  public struct Split: Codable, Sendable, Equatable {
    public enum Rule: Codable, Sendable, Equatable {
      case random
      /// Keeps the shares of the target's classes.
      case stratified
      /// Keeps all rows of one value of the column together.
      case group(column: String)
      /// Oldest rows train, newest test.
      case time(column: String)
    }

    public var rule: Rule
    /// Shares of the rows, each in 0..<1, together under 1.
    public var test: Double
    public var validation: Double
    public var seed: UInt64

    public init(rule: Rule = .random, test: Double = 0.2, validation: Double = 0.2, seed: UInt64 = 7)
    {
      self.rule = rule
      self.test = test
      self.validation = validation
      self.seed = seed
    }
  }

  /// A column computed by an SQL expression, in the order of the file.
  public struct Derivation: Codable, Sendable, Equatable {
    public var name: String
    public var sql: String

    public init(name: String, sql: String) {
      self.name = name
      self.sql = sql
    }
  }

  public var name: String
  public var files: [SourceFile]
  /// A test set of its own; then `split.test` is not used.
  public var testFiles: [SourceFile]
  public var join: [Join]
  /// An SQL condition of the rows to keep.
  public var `where`: String?
  public var derive: [Derivation]
  public var target: String
  public var exclude: [String]
  public var checks: [Check]
  public var split: Split
  /// Forecasting: the time column, and the series column if there are many series.
  public var time: String?
  public var series: String?
  public var task: LearningTask?
  public var outputFolder: String

  public init(
    name: String, files: [SourceFile], testFiles: [SourceFile] = [], join: [Join] = [],
    where: String? = nil, derive: [Derivation] = [], target: String, exclude: [String] = [],
    checks: [Check] = [], split: Split = Split(), time: String? = nil, series: String? = nil,
    task: LearningTask? = nil, outputFolder: String
  ) {
    self.name = name
    self.files = files
    self.testFiles = testFiles
    self.join = join
    self.where = `where`
    self.derive = derive
    self.target = target
    self.exclude = exclude
    self.checks = checks
    self.split = split
    self.time = time
    self.series = series
    self.task = task
    self.outputFolder = outputFolder
  }
}
