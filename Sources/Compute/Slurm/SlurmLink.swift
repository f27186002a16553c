/// How a cluster is reached: how Slurm is asked, and where the files of jobs lie.
struct SlurmLink: Sendable {
  let options: SlurmOptions
  let engine: any SlurmEngine
  /// Who is asked for ways into running jobs: Slurm's commands where there are any, as its REST service has none.
  let doorkeeper: any SlurmEngine
  let files: any SlurmFiles
  /// The connection to its login node; nil where none is needed.
  let connection: SSHConnection?

  /// - Parameters:
  ///   - ownAgent: path of this installation's agent.
  ///   - jobsFolder: folder of the jobs on this machine.
  init(_ options: SlurmOptions, ownAgent: String, jobsFolder: String) throws {
    self.options = options
    guard let ssh = options.ssh else {
      connection = nil
      engine = options.rest.map { SlurmREST($0) } ?? SlurmCommands(options: options)
      doorkeeper = engine
      files = SharedSlurmFiles(
        options: options, ownAgent: ownAgent, inputs: JobInputs(jobsFolder: jobsFolder))
      return
    }
    let connection = try SSHConnection(ssh)
    self.connection = connection
    let commands = SlurmCommands(options: options, connection: connection)
    engine = options.rest.map { SlurmREST($0) } ?? commands
    doorkeeper = commands
    files = try RemoteSlurmFiles(
      connection, scratch: options.scratch, ownAgent: ownAgent, jobsFolder: jobsFolder)
  }

  /// The same Slurm for somebody who waits.
  func patiently(_ patience: Duration) -> any SlurmEngine {
    var engine = engine
    engine.patience = patience
    return engine
  }
}
