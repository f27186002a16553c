/// Files and folders that a command leaves where it started, and that its job keeps.
public struct JobOutputs: Hashable, Codable, Sendable {
  /// Paths below the folder in which the command starts, without `..`; a folder stands for all in it.
  public var paths: [String]

  /// Takes every value as it is.
  public init(paths: [String]) { self.paths = paths }

  /// The most paths of a job.
  public static let mostPaths = 100

  /// A path without what changes nothing of it; nil where it does not lie below the folder.
  public static func checked(_ path: String) -> String? {
    guard !path.hasPrefix("/"), !path.utf8.contains(0) else { return nil }
    let parts = path.split(separator: "/").filter { $0 != "." }
    guard !parts.isEmpty, !parts.contains("..") else { return nil }
    return parts.joined(separator: "/")
  }
}
