internal import ArgumentParser
internal import Basics

/// All verbs and nouns of the program; each is a file of its own and is registered here alone.
struct Root: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "aifactory",
    abstract: "Turns a table of data into a tested, deployed model, and keeps the evidence.",
    discussion: """
      Every verb takes --home DIR and --output table|json|quiet. Exit codes: 0 done, 1 the work \
      failed, 2 wrong use, 3 the factory could not do its work.
      """,
    version: FactoryVersion.current,
    subcommands: [
      BackupCommand.self, DatasetsCommand.self, DoctorCommand.self, EndpointsCommand.self,
      EnginesCommand.self, EnvCommand.self, ExperimentsCommand.self,
      ExplainCommand.self, GarbageCommand.self, GatewayCommand.self,
      ImportCommand.self, InitCommand.self, JobsCommand.self, ModelsCommand.self,
      PredictCommand.self,
      RestoreCommand.self, RunCommand.self, RunsCommand.self, ServeCommand.self,
      SitesCommand.self, StopCommand.self, StudiesCommand.self, WorkerCommand.self,
      WorkflowsCommand.self,
    ],
    groupedSubcommands: [])
}
