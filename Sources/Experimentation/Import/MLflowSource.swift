import Basics

/// A store that an MLflow server or client has written, to be read: its SQLite file or its folder.
///
/// Both answer with the columns of MLflow's database; those that are missing are empty.
protocol MLflowSource: Sendable {
  /// The file or folder, for messages and keys.
  var path: String { get }
  /// What could not be read so far, in words; empties the list.
  func takeTroubles() -> [String]

  /// `experiment_id`, `name`, `lifecycle_stage`.
  func experiments() throws -> [MLflowLine]
  func experimentTags(_ experiment: MLflowLine) throws -> [String: String]

  /// `run_uuid`, `name`, `user_id`, `status`, `start_time`, `end_time`, `lifecycle_stage`, `artifact_uri`.
  func runs(in experiment: MLflowLine) throws -> [MLflowLine]
  func params(of run: MLflowLine) throws -> [String: String]
  func tags(of run: MLflowLine) throws -> [String: String]
  func inputs(of run: MLflowLine) throws -> [RunInput]
  func models(of run: MLflowLine) throws -> [RunModel]
  /// Hands the points over in batches of at most `size`.
  func readPoints(of run: MLflowLine, size: Int, _ body: ([MetricPoint]) throws -> Void) throws

  /// `model_id`, `name`, `model_type`, `source_run_id`, `status`, `status_message`,
  /// `creation_timestamp_ms`, `last_updated_timestamp_ms`, `lifecycle_stage`, `artifact_location`.
  func loggedModels(in experiment: MLflowLine) throws -> [MLflowLine]
  func params(ofModel model: MLflowLine) throws -> [String: String]
  func tags(ofModel model: MLflowLine) throws -> [String: String]
  /// With the run that measured each.
  func metrics(ofModel model: MLflowLine) throws -> [(run: RunID, metric: LoggedModelMetric)]

  /// Traces without their experiment, with the local folder of their artifacts or their spans.
  func traces(in experiment: MLflowLine, home: ExperimentID) throws -> [MLflowTraceSource]

  /// `name`, `description`.
  func registeredModels() throws -> [MLflowLine]
  func tags(ofRegistered model: MLflowLine) throws -> [String: String]
  func aliases(of model: MLflowLine) throws -> [(alias: String, version: Int)]
  /// `version`, `current_stage`, `description`, `run_id`, `run_link`, `source`, `storage_location`,
  /// `user_id`, `model_id`, in order of version.
  func versions(of model: MLflowLine) throws -> [MLflowLine]
  func tags(ofVersion version: MLflowLine, of model: MLflowLine) throws -> [String: String]

  /// The local folder that a URI of artifacts stands for; nil for what is elsewhere.
  func folder(of uri: String, ofRun run: MLflowLine?) -> String?
}

/// A trace of a store.
struct MLflowTraceSource: Sendable {
  var trace: Trace
  /// Its spans as the file that clients look for; nil where they lie in a folder, or nowhere.
  var spans: [UInt8]?
  /// The URI of its artifacts.
  var artifacts: String
}

/// One row by the names of its columns.
struct MLflowLine: Sendable {
  /// A value of a column.
  enum Value: Sendable {
    case text(String)
    case integer(Int64)
    case number(Double)
  }

  private var values: [String: Value]
  /// Where it was read, for sources that are folders.
  var folder = ""

  init(_ values: [String: Value], folder: String = "") {
    self.values = values
    self.folder = folder
  }

  /// A text; numbers are written out, what is missing is empty.
  func text(_ column: String) -> String {
    switch values[column] {
    case .text(let value): value
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case nil: ""
    }
  }

  /// A whole number, also one that stands there as a text.
  func integer(_ column: String) -> Int64? {
    switch values[column] {
    case .integer(let value): value
    case .number(let value): Int64(exactly: value.rounded())
    case .text(let value): Int64(value)
    case nil: nil
    }
  }

  /// A number; 0 where it is missing.
  func double(_ column: String) -> Double {
    switch values[column] {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .text(let value): Double(value) ?? 0
    case nil: 0
    }
  }

  subscript(column: String) -> Value? {
    get { values[column] }
    set { values[column] = newValue }
  }
}

/// MLflow writes the largest doubles where infinity was meant.
func unboundedMetric(_ value: Double) -> Double {
  abs(value) >= 1.7976931348623157e308 ? (value > 0 ? .infinity : -.infinity) : value
}
