/// The code of a job: a folder as it was when the job was submitted.
public struct JobCode: Hashable, Codable, Sendable {
  /// Digest of the folder's manifest: the same files give the same one.
  public var snapshot: String
  /// The relative path in it where the command starts; empty is the folder itself.
  public var start: String

  /// Takes every value as it is.
  public init(snapshot: String, start: String = "") {
    self.snapshot = snapshot
    self.start = start
  }
}
