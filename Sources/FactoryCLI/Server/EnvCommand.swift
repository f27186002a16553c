internal import API
internal import ArgumentParser
internal import Basics

/// Prints what other programs need to speak to the factory.
struct EnvCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "env", abstract: "Prints variables for MLflow's and OpenAI's clients.",
    discussion: "In a shell: eval \"$(aifactory env)\".")

  @OptionGroup var global: GlobalOptions

  @Flag(help: "Print a link that opens the web pages once in a browser.")
  var link = false

  func execute() async throws {
    let client = try await connection()
    if link {
      let wire = try await client.post("/api/v1/login-links", as: LoginLinkWire.self)
      return try global.output.show(wire, text: wire.url, quiet: [wire.url])
    }
    guard let server = try ServerFile.running(global.factoryHome) else {
      throw APIError(
        code: .serverUnreachable, message: "No server runs on \(global.factoryHome.path).",
        hint: "Start one with 'aifactory serve'.")
    }
    let variables = [
      ("MLFLOW_TRACKING_URI", server.url), ("MLFLOW_TRACKING_TOKEN", server.token),
      ("OPENAI_BASE_URL", server.gateway + "/v1"), ("OPENAI_API_KEY", server.token),
      ("AIFACTORY_URL", server.url), ("AIFACTORY_TOKEN", server.token),
    ]
    let lines = variables.map { "export \($0)='\($1)'" }
    try global.output.show(
      Dictionary(uniqueKeysWithValues: variables), text: lines.joined(separator: "\n"),
      quiet: lines)
  }
}
