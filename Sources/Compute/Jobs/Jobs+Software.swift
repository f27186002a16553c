import Basics
import JobProtocol

/// Software that jobs bring along.
extension Jobs {
  /// Keeps a requirements file as it is now.
  ///
  /// Hold a lease of objects until the job that names it is submitted.
  /// - Parameter path: absolute path of the file.
  /// - Returns: digest of its object.
  /// - Throws: `software_invalid` for what is no such file.
  public nonisolated func keepRequirements(_ path: String) async throws -> String {
    guard path.hasPrefix("/") else {
      throw JobError(.softwareInvalid, "the path \(visible(path)) is not an absolute one")
    }
    let objects = FactoryHome(path: FileTree.folder(of: configuration.folder)).objects
    return try await offTask {
      try objects.insert(bytes: try RequirementsFile(path: path).bytes).hex
    }
  }
}
