/// What the data stage is asked to make: the `data` section of a workflow file, its sources already taken in as objects.
///
/// Written as `request.json` for `aifactory worker data REQUEST.json`, which leaves the dataset
/// version's files in `outputFolder`.
public struct DatasetRequest: Codable, Sendable, Equatable {
  /// One file to read: its bytes lie at `path` and are never changed.
  public struct SourceFile: Codable, Sendable, Equatable {
    /// What is known of the file.
    public var source: DatasetManifest.Source
    /// Absolute path of the object that holds the bytes.
    public var path: String

    /// Takes every value as it is.
    public init(source: DatasetManifest.Source, path: String) {
      self.source = source
      self.path = path
    }
  }

  /// A table joined to the main one by equal values of columns that both have.
  public struct Join: Codable, Sendable, Equatable {
    /// Files that are read as one table.
    public var files: [SourceFile]
    /// Columns that both tables have.
    public var using: [String]

    /// Takes every value as it is.
    public init(files: [SourceFile], using: [String]) {
      self.files = files
      self.using = using
    }
  }

  /// One entry of `checks`; exactly one condition is set.
  public struct Check: Codable, Sendable, Equatable {
    /// The column it looks at; nil for conditions on the whole table.
    public var column: String?
    /// Inclusive bounds of every value that is not missing.
    public var between: [Double]?
    /// No value is missing.
    public var notNull: Bool?
    /// No value occurs twice.
    public var unique: Bool?
    /// Every value is one of these.
    public var oneOf: [String]?
    /// A regular expression that each text matches fully.
    public var matches: String?
    /// Least and most number of rows of the whole table.
    public var rowsAtLeast: Int?
    /// Most number of rows.
    public var rowsAtMost: Int?
    /// An SQL condition that holds for every row.
    public var sql: String?

    /// Takes every value as it is.
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

  /// How the rows are divided.
  public struct Split: Codable, Sendable, Equatable {
    /// What decides where a row goes.
    public enum Rule: Codable, Sendable, Equatable {
      case random
      /// Keeps the shares of the target's classes.
      case stratified
      /// Keeps all rows of one value of the column together.
      case group(column: String)
      /// Oldest rows train, newest test.
      case time(column: String)
    }

    /// What decides where a row goes.
    public var rule: Rule
    /// Shares of the rows, each in 0..<1, together under 1.
    public var test: Double
    /// Share for validation, in 0..<1.
    public var validation: Double
    /// Seed of everything random here.
    public var seed: UInt64

    /// Takes every value as it is.
    public init(
      rule: Rule = .random, test: Double = 0.2, validation: Double = 0.2, seed: UInt64 = 7
    ) {
      self.rule = rule
      self.test = test
      self.validation = validation
      self.seed = seed
    }
  }

  /// A column computed by an SQL expression, in the order of the file.
  public struct Derivation: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// The expression.
    public var sql: String

    /// Takes every value as it is.
    public init(name: String, sql: String) {
      self.name = name
      self.sql = sql
    }
  }

  /// What is done to the rows of the test set alone, beside what is done to all rows.
  public struct TestShaping: Codable, Sendable, Equatable {
    /// Tables joined after those of all rows.
    public var join: [Join]
    /// A further condition of the rows to keep.
    public var `where`: String?
    /// Columns computed for these rows; one of the same name takes the place of that of all rows.
    public var derive: [Derivation]

    /// Takes every value as it is.
    public init(join: [Join] = [], where: String? = nil, derive: [Derivation] = []) {
      self.join = join
      self.where = `where`
      self.derive = derive
    }
  }

  /// Its name.
  public var name: String
  /// Files that are read as one table.
  public var files: [SourceFile]
  /// A test set of its own; then `split.test` is not used.
  public var testFiles: [SourceFile]
  /// What is done to the rows of `testFiles` alone.
  public var testShaping: TestShaping?
  /// Tables joined in this order.
  public var join: [Join]
  /// An SQL condition of the rows to keep.
  public var `where`: String?
  /// Columns computed in this order.
  public var derive: [Derivation]
  /// Column to predict.
  public var target: String
  /// Columns that are never features.
  public var exclude: [String]
  /// Conditions that must hold.
  public var checks: [Check]
  /// How the rows are divided.
  public var split: Split
  /// Forecasting: the time column, and the series column if there are many series.
  public var time: String?
  /// The column that names the series, if there are many.
  public var series: String?
  /// nil: inferred from the target.
  public var task: LearningTask?
  /// Absolute path of the folder that receives the files.
  public var outputFolder: String

  /// Takes every value as it is.
  public init(
    name: String, files: [SourceFile], testFiles: [SourceFile] = [],
    testShaping: TestShaping? = nil, join: [Join] = [], where: String? = nil,
    derive: [Derivation] = [], target: String, exclude: [String] = [], checks: [Check] = [],
    split: Split = Split(), time: String? = nil, series: String? = nil,
    task: LearningTask? = nil, outputFolder: String
  ) {
    self.name = name
    self.files = files
    self.testFiles = testFiles
    self.testShaping = testShaping
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

  /// Every file that is read, in the order of reading.
  public var allFiles: [SourceFile] {
    files + testFiles + join.flatMap(\.files) + (testShaping?.join.flatMap(\.files) ?? [])
  }
}
