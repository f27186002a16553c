import Basics

/// Software that jobs bring along.
extension Jobs {
  /// Keeps a requirements file as it is now.
  ///
  /// Hold a lease of objects until the job that names it is submitted.
  /// - Parameter path: absolute path of the file.
  /// - Returns: digest of its object.
  public nonisolated func keepRequirements(_ path: String) async throws -> String {
    try await FactoryHome(path: FileTree.folder(of: configuration.folder)).objects
      .putRequirements(path: path)
  }
}
