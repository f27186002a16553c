public import Basics

extension ObjectStore {
  /// Keeps a requirements file as it is now.
  ///
  /// - Parameter path: absolute path of the file.
  /// - Returns: digest of its object, as `JobSoftware` names it.
  /// - Throws: `JobError` with `softwareInvalid` for what is no such file.
  public func putRequirements(path: String) async throws -> String {
    guard path.hasPrefix("/") else {
      throw JobError(.softwareInvalid, "the path \(visible(path)) is not an absolute one")
    }
    let objects = self
    return try await offTask {
      try objects.insert(bytes: try RequirementsFile(path: path).bytes).hex
    }
  }
}
