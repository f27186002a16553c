import Basics
public import JobProtocol

/// Code that jobs start in.
extension Jobs {
  /// Keeps a folder as it is now, without what its `.gitignore` files leave out.
  ///
  /// Hold a lease of objects until the job that names it is submitted.
  /// - Parameters:
  ///   - folder: absolute path of the folder.
  ///   - start: absolute path in which the command would start; where it is in the folder, it
  ///     starts in the same place of its copy.
  /// - Throws: `code_invalid` for what cannot be kept, `file_changed` where something is written to.
  public nonisolated func keepCode(
    _ folder: String, startingIn start: String? = nil
  ) async throws -> JobCode {
    guard folder.hasPrefix("/") else {
      throw JobError(.codeInvalid, "the folder of code \(visible(folder)) is not an absolute path")
    }
    let path = Self.trimmed(folder)
    let home = FactoryHome(path: FileTree.folder(of: configuration.folder))
    let digest = try await CodeSnapshot(folder: path, objects: home.objects).take()
    var code = JobCode(snapshot: digest.hex)
    if let start = start.map(Self.trimmed), start.hasPrefix(path + "/") {
      code.start = String(start.dropFirst(path.count + 1))
    }
    return code
  }

  private static func trimmed(_ path: String) -> String {
    var path = Substring(path)
    while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
    return String(path)
  }
}
