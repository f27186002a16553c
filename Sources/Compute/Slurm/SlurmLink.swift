/// How a cluster is reached: where Slurm's commands run, and where the files of jobs lie.
struct SlurmLink: Sendable {
  let options: SlurmOptions
  let commands: SlurmCommands
  let files: any SlurmFiles

  /// - Parameters:
  ///   - ownAgent: path of this installation's agent.
  ///   - jobsFolder: folder of the jobs on this machine.
  init(_ options: SlurmOptions, ownAgent: String, jobsFolder: String) throws {
    self.options = options
    guard let ssh = options.ssh else {
      commands = SlurmCommands(options: options)
      files = SharedSlurmFiles(
        options: options, ownAgent: ownAgent, inputs: JobInputs(jobsFolder: jobsFolder))
      return
    }
    let connection = try SSHConnection(ssh)
    commands = SlurmCommands(options: options, connection: connection)
    files = try RemoteSlurmFiles(
      connection, scratch: options.scratch, ownAgent: ownAgent, jobsFolder: jobsFolder)
  }

  /// The commands for somebody who waits.
  func patiently(_ patience: Duration) -> SlurmCommands {
    var commands = commands
    commands.patience = patience
    return commands
  }
}
