internal import ArgumentParser

/// A verb of the program.
///
/// ```swift
/// struct JobsListCommand: FactoryCommand {
///   static let configuration = CommandConfiguration(
///     commandName: "list", abstract: "Lists jobs, newest first.")
///   @OptionGroup var global: GlobalOptions
///
///   func execute() async throws {
///     let jobs = try await connection().get("/api/v1/jobs", as: JobListWire.self)
///     try global.output.show(jobs, table: TextTable(jobs), quiet: jobs.jobs.map(\.id))
///   }
/// }
/// ```
protocol FactoryCommand: AsyncParsableCommand {
  var global: GlobalOptions { get }
  /// Does the work; a thrown `FactoryError` is printed and becomes the exit code.
  func execute() async throws
}

extension FactoryCommand {
  func run() async throws { try await execute() }
}
