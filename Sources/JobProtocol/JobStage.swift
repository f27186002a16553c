/// What the factory's own program finds at a site that does not see this machine's files.
///
/// Everything is a stored folder, which is brought to a site once. The command's arguments, and the paths in the files of
/// the working folder, are relative to that folder.
public struct JobStage: Hashable, Codable, Sendable {
  /// A stored folder and the name by which the program finds it in its working folder.
  public struct Input: Hashable, Codable, Sendable {
    /// A name without slashes.
    public var name: String
    /// Digest of the folder's manifest.
    public var files: String

    /// Takes every value as it is.
    public init(name: String, files: String) {
      self.name = name
      self.files = files
    }
  }

  /// Digest of the manifest of the program with its libraries and engines; the command's first word names the program in it.
  public var program: String
  /// What it works on.
  public var inputs: [Input]

  /// Takes every value as it is.
  public init(program: String, inputs: [Input]) {
    self.program = program
    self.inputs = inputs
  }

  /// Name of the program in its folder.
  public static let programName = "aifactory"
  /// Folder of its libraries there.
  public static let librariesName = "lib"
  /// Folder of its engines there.
  public static let enginesName = "engines"
  /// What the program calls a folder whose files, of any name, come here while they grow, from where it starts.
  public static let mirroredFolder = "../1/\(AttemptFolder.nodeName(0))/uploads"
  /// What it leaves in its working folder, and comes back to the job's working folder here.
  public static let results = JobOutputs(paths: ["output", "result.json", "error.json"])
}

extension JobSpec {
  /// Digests of the stored folders that lie at its site before it starts.
  public var storedFolders: [String] {
    [data?.files, stage?.program].compactMap(\.self) + (stage?.inputs.map(\.files) ?? [])
  }
}
