public import Basics

/// A wish for a dataset version outside of workflows, and how far it is.
///
/// It is a row of the ledger: a server that stops or is killed leaves it to the next.
public struct DatasetImport: Identified, Codable, Sendable, Equatable {
  /// What its identifiers begin with.
  public static let identifierPrefix = "di_"

  /// What was asked for.
  public struct Wish: Codable, Sendable, Equatable {
    /// Name of the dataset.
    public var name: String
    /// A file, glob, folder or URL.
    public var source: String
    /// The folder at which relative sources begin.
    public var baseFolder: String
    /// The column to predict, if any.
    public var target: String?
    /// Columns that are never features.
    public var exclude: [String]
    /// The least that the dataset's class is from then on; nil leaves it.
    public var dataClass: DataClass?

    /// Joins the parts.
    public init(
      name: String, source: String, baseFolder: String, target: String?, exclude: [String],
      dataClass: DataClass? = nil
    ) {
      self.name = name
      self.source = source
      self.baseFolder = baseFolder
      self.target = target
      self.exclude = exclude
      self.dataClass = dataClass
    }
  }

  /// What can happen next: `running` goes on to one of the others.
  public enum State: String, Codable, Sendable, CaseIterable { case running, succeeded, failed }

  /// Why an import failed.
  public struct Failure: Codable, Sendable, Equatable {
    /// A stable word.
    public var code: String
    /// What happened.
    public var message: String
    /// What the reader can do next.
    public var hint: String?

    /// Joins the parts.
    public init(code: String, message: String, hint: String?) {
      self.code = code
      self.message = message
      self.hint = hint
    }
  }

  /// Unique for ever.
  public var id: Identifier<DatasetImport>
  /// The project it belongs to.
  public var project: String
  /// What was asked for.
  public var wish: Wish
  /// What can happen next.
  public var state = State.running
  /// Words about how far it is.
  public var message = "waiting"
  /// The jobs that work for it by stage program, noted before they are submitted.
  public var jobs: [String: String] = [:]
  /// The stage program whose job was begun last.
  public var stage: String?
  /// Whether the files that were built are being moved into the store: where that was interrupted,
  /// they are built again.
  public var isStoring = false
  /// The version that was made.
  public var version: Identifier<DatasetVersion>?
  /// Why it failed.
  public var failure: Failure?
  /// Unix time, UTC.
  public var createdAtMs: Int64

  /// A wish that was just made.
  public init(
    id: Identifier<DatasetImport> = .random(), project: String, wish: Wish, createdAtMs: Int64
  ) {
    self.id = id
    self.project = project
    self.wish = wish
    self.createdAtMs = createdAtMs
  }
}
