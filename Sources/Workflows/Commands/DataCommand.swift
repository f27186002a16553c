public import JobProtocol

/// A command of the user's own that makes tables out of the files of a data stage, shard by shard.
public struct DataCommand: Sendable, Equatable {
  /// Most shards of a stage: each is looked after by its drive.
  public static let mostShards = 1_000

  /// What runs, with places for the shard's number and their count.
  public var command: CommandTemplate
  /// The tables that it leaves where it started.
  public var outputs: JobOutputs
  /// Into how many parts the files are dealt.
  public var shards = 1
  /// What each shard's job may use.
  public var resources = JobResources()
  /// Name of the site where they run; nil is this machine.
  public var site: String?
  /// After which ends a shard is started again by itself.
  public var restart: JobRestart?
  /// What the command finds installed; what its node has where nil.
  public var software: JobSoftware?
  /// The requirements file of its Python environment, as the workflow's file names it.
  public var requirementsFile: String?
  /// The folder that the command starts in a copy of, as the workflow's file names it.
  public var codeFolder: String?
  /// That folder as it was kept, once it was.
  var code: JobCode?

  /// Takes every value as it is.
  public init(command: CommandTemplate, outputs: JobOutputs, codeFolder: String?) {
    self.command = command
    self.outputs = outputs
    self.codeFolder = codeFolder
  }

  /// The places of its words.
  static let places = ["shard", "shards"]
}
