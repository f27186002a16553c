internal import Basics
internal import Compute
internal import JobProtocol

/// What a command brings along, kept by content when its workflow run was accepted.
///
/// A run that goes on after an interruption works with the same, whatever became of the files.
struct CommandInputs: Codable, Sendable, Equatable {
  /// The code in whose copies the command starts.
  var code: JobCode?
  /// Digest of the requirements file of its Python environment.
  var requirements: String?
  /// The container, as text that changes with it: a file that this machine sees has its size and
  /// the time of its last change, an address is as it stands in the workflow file.
  var container: String?

  /// Keeps what a command names.
  ///
  /// Hold a lease of objects until a row names it.
  /// - Parameters:
  ///   - file: the workflow file, as the user named it. It is no part of the code: a gate or a name that changes in
  ///     it trains nothing again.
  ///   - baseFolder: absolute folder of that file, at which relative paths start, and the command itself.
  /// - Throws: `JobError` with `codeInvalid` or `softwareInvalid` for what cannot be kept.
  static func keep(
    _ command: some KeptCommand, file: String, baseFolder: String, in objects: ObjectStore
  ) async throws -> CommandInputs {
    var inputs = CommandInputs()
    if let name = command.codeFolder {
      let folder = absolute(name, baseFolder)
      // Without `..` and links, so that one is seen to lie in the other.
      let start = FileTree.resolved(baseFolder) ?? baseFolder
      inputs.code = try await objects.putCode(
        FileTree.resolved(folder) ?? folder, startingIn: start,
        leavingOut: start + "/" + FileTree.name(of: file))
    }
    if let file = command.requirementsFile {
      inputs.requirements = try await objects.putRequirements(path: absolute(file, baseFolder))
    }
    if let image = command.software?.container {
      inputs.container = image.contains("://") ? image : stamp(of: absolute(image, baseFolder))
    }
    return inputs
  }

  private static func stamp(of path: String) -> String {
    // What this machine does not see is known by its path alone.
    guard let status = try? FileTree.status(of: path) else { return path }
    return "\(path) \(status.bytes) \(status.modifiedAtNs)"
  }

  /// A path of the workflow file.
  static func absolute(_ path: String, _ baseFolder: String) -> String {
    path.hasPrefix("/") ? path : baseFolder + "/" + path
  }
}

extension KeptCommand {
  /// As its jobs run it: with what was kept, and with absolute paths.
  func bringing(_ inputs: CommandInputs, baseFolder: String) -> Self {
    var command = self
    command.code = inputs.code
    command.software?.requirements = inputs.requirements
    if let image = software?.container, !image.contains("://") {
      command.software?.container = CommandInputs.absolute(image, baseFolder)
    }
    return command
  }
}
