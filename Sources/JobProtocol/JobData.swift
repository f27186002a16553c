/// The data of a job: a stored folder that lies at its site, whole, before the command starts.
public struct JobData: Hashable, Codable, Sendable {
  /// Digest of the folder's manifest: the same files are brought to a site once.
  public var files: String
  /// What it is for people: the identifier of a dataset version.
  public var version: String

  /// Takes every value as it is.
  public init(files: String, version: String) {
    self.files = files
    self.version = version
  }

  /// The variable by which a command finds it.
  public static let variable = "AIFACTORY_DATASET_DIR"
}
