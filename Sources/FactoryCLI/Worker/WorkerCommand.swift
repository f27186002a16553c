internal import ArgumentParser

/// The built-in stage programs; jobs run them, people do not need to.
struct WorkerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Runs a stage program in a job.", shouldDisplay: false,
    subcommands: [
      WorkerDataCommand.self, WorkerEnvironmentCommand.self, WorkerEvaluateCommand.self,
      WorkerIntakeCommand.self, WorkerReplicaCommand.self, WorkerSearchCommand.self,
      WorkerStudyCommand.self, WorkerTrainCommand.self,
    ])
}
