/// Which sources to take in as objects: `request.json` of `aifactory worker intake`.
public struct IntakeRequest: Codable, Sendable, Equatable {
  /// One source as a workflow file names it.
  public struct Item: Codable, Sendable, Equatable {
    /// A file, glob or folder (relative to the base folder), or an `https://`, `http://` or `s3://` URL.
    public var source: String
    /// What it is for: `data`, `test`, or `join` (several joins are told apart by the caller).
    public var part: String
    /// Whether a folder stands for all files below it, of whatever kind; nil means the tables in it.
    public var takesAllFiles: Bool?

    /// Names a source and what it is for.
    public init(source: String, part: String, takesAllFiles: Bool? = nil) {
      self.source = source
      self.part = part
      self.takesAllFiles = takesAllFiles
    }
  }

  /// The sources, in order.
  public var sources: [Item]
  /// Absolute path that relative sources start from.
  public var baseFolder: String
  /// Root of the object store that the bytes go to.
  public var objectsFolder: String

  /// Puts the parts together.
  public init(sources: [Item], baseFolder: String, objectsFolder: String) {
    self.sources = sources
    self.baseFolder = baseFolder
    self.objectsFolder = objectsFolder
  }
}
