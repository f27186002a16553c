/// What a job reads without having it brought to its site, as far as the factory knows: files that lie there already.
///
/// Nothing of it reaches an agent: it decides whether the job may run at its site.
public struct JobReads: Hashable, Codable, Sendable {
  /// Identifiers of dataset versions.
  public var versions: [String]
  /// SHA-256 of files, in hexadecimal.
  public var files: [String]
  /// Name of the dataset that a version is made for, or that a workflow works on.
  public var dataset: String?

  /// The least that its class is, as somebody said when they asked for it.
  public var leastClass: String?

  /// Takes every value as it is.
  public init(
    versions: [String] = [], files: [String] = [], dataset: String? = nil,
    leastClass: String? = nil
  ) {
    self.versions = versions
    self.files = files
    self.dataset = dataset
    self.leastClass = leastClass
  }
}
