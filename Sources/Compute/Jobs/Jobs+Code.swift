import Basics
public import JobProtocol

/// Code that jobs start in.
extension Jobs {
  /// Keeps a folder as it is now, as `ObjectStore.putCode` does.
  ///
  /// Hold a lease of objects until the job that names it is submitted.
  public nonisolated func keepCode(
    _ folder: String, startingIn start: String? = nil
  ) async throws -> JobCode {
    try await FactoryHome(path: FileTree.folder(of: configuration.folder)).objects
      .putCode(folder, startingIn: start)
  }
}
