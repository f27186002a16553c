/// `profile.json` of a dataset version: what its columns hold.
public struct DatasetProfile: Codable, Sendable, Equatable {
  /// Counts of equally wide bins between two bounds.
  public struct Histogram: Codable, Sendable, Equatable {
    /// Where the first bin begins.
    public var lowerBound: Double
    /// Where the last bin ends.
    public var upperBound: Double
    /// Rows in each bin.
    public var counts: [Int]
  }

  /// The distribution of numbers (times as seconds since 1970).
  public struct NumberSummary: Codable, Sendable, Equatable {
    /// The least value.
    public var minimum: Double
    /// The greatest value.
    public var maximum: Double
    /// The arithmetic mean.
    public var mean: Double
    /// The standard deviation of a sample.
    public var standardDeviation: Double
    /// The values at `DatasetProfile.quantileLevels`.
    public var quantiles: [Double]
    /// How the values lie (of the sample).
    public var histogram: Histogram
  }

  /// A value and how many rows hold it.
  public struct ValueCount: Codable, Sendable, Equatable {
    /// The value.
    public var value: String
    /// Rows that hold it.
    public var count: Int
  }

  /// How closely a column goes with the target.
  public struct Association: Codable, Sendable, Equatable {
    /// How it was measured.
    public enum Measure: String, Codable, Sendable {
      /// Linear correlation of two numbers, -1...1.
      case pearson
      /// Share of variance that classes explain, as its root, 0...1.
      case eta
      /// Association of two categories, 0...1.
      case cramersV = "cramers_v"
    }

    /// How it was measured.
    public var measure: Measure
    /// The value.
    public var value: Double
  }

  /// What one column holds.
  public struct Column: Codable, Sendable, Equatable {
    /// Name of the column.
    public var name: String
    /// What its values mean.
    public var type: ColumnType
    /// The part that it plays.
    public var role: DatasetManifest.Role
    /// Rows without a value.
    public var nullCount: Int
    /// Different values; estimated (by about 2 %) when the table is larger than the sample.
    public var distinctCount: Int
    /// The distribution, where the values are numbers or times.
    public var numbers: NumberSummary?
    /// The most frequent values (of the sample), most frequent first.
    public var topValues: [ValueCount]
    /// Mean number of characters of a text.
    public var meanLength: Double?
    /// How closely it goes with the target, where that was measured.
    public var association: Association?
    /// One value, or none, in all rows.
    public var isConstant: Bool
    /// A different value in each row, as a name or a number of the row has.
    public var isIdentityLike: Bool
  }

  /// Something about the data that a person should know.
  public struct Warning: Codable, Sendable, Equatable {
    /// A stable word, such as `leakage` or `constant`.
    public var code: String
    /// The column it is about, if it is about one.
    public var column: String?
    /// What happened, in a sentence.
    public var message: String
  }

  /// Where `NumberSummary.quantiles` are taken.
  public static let quantileLevels: [Double] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]

  /// Rows of the dataset version.
  public var rowCount: Int
  /// Rows that quantiles, histograms, top values and associations were computed from.
  public var sampledRowCount: Int
  /// Rows that repeat an earlier one in all features and the target; nil where it was not counted.
  public var duplicateRowCount: Int?
  /// One entry for each column, in order.
  public var columns: [Column]
  /// What to know before training.
  public var warnings: [Warning]
}
