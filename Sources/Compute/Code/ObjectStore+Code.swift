public import Basics
public import JobProtocol

extension ObjectStore {
  /// Keeps a folder as it is now, without what its `.gitignore` files leave out.
  ///
  /// - Parameters:
  ///   - folder: absolute path of the folder.
  ///   - start: absolute path in which the command would start; where it is in the folder, it
  ///     starts in the same place of its copy.
  ///   - leftOut: absolute path of a file that does not belong to it.
  /// - Throws: `code_invalid` for what cannot be kept, `file_changed` where something is written to.
  public func putCode(
    _ folder: String, startingIn start: String? = nil, leavingOut leftOut: String? = nil
  ) async throws -> JobCode {
    guard folder.hasPrefix("/") else {
      throw JobError(.codeInvalid, "the folder of code \(visible(folder)) is not an absolute path")
    }
    let path = Self.trimmed(folder)
    func inside(_ other: String) -> String? {
      other.hasPrefix(path + "/") ? String(other.dropFirst(path.count + 1)) : nil
    }
    var snapshot = CodeSnapshot(folder: path, objects: self)
    snapshot.leftOut = leftOut.flatMap(inside)
    return JobCode(
      snapshot: try await snapshot.take().hex,
      start: start.map(Self.trimmed).flatMap(inside) ?? "")
  }

  private static func trimmed(_ path: String) -> String {
    var path = Substring(path)
    while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
    return String(path)
  }
}
