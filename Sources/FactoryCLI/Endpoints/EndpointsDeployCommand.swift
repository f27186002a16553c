internal import API
internal import ArgumentParser
internal import Basics

/// Puts a model version behind an endpoint.
struct EndpointsDeployCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "deploy", abstract: "Puts a model version behind an endpoint.",
    discussion: """
      The new version answers once its replica is healthy; until then, and if it fails, the one \
      before it does. No request fails in between. A model that was logged with MLflow is loaded \
      by Python, in an environment that pip makes from the model's own requirements.

      On a cluster (--site) a replica is a job. It has a time limit there: the next one is submitted \
      when a quarter of it is left, and takes over.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Name of the endpoint; made if it is new.") var name: String
  @Option(
    help: ArgumentHelp(
      "A registered model: NAME (its newest version), NAME:3 or NAME@champion.",
      valueName: "model"))
  var model: ModelReference
  @Option(
    help: ArgumentHelp(
      "Interpreter that has what a model of MLflow's needs (default: an environment is made).",
      valueName: "path"))
  var python: String?
  @Option(
    help: ArgumentHelp(
      "Where its replica runs ('aifactory sites list'; default: this machine).", valueName: "name"))
  var site: String?
  @Option(help: "CPU cores of the replica.") var cpus = 1
  @Option(help: "Most memory of the replica, such as 2GB.") var memory: String?
  @Option(help: "Accelerators of the replica.") var gpus = 0
  @Option(help: "Time limit of each replica's job, such as 8h.") var time: String?

  func execute() async throws {
    let client = try await connection()
    var wish = DeployRequestWire(
      model: model.name, version: model.version, alias: model.alias,
      python: python.map { FileTree.absolute($0) })
    (wish.site, wish.cpus, wish.gpus) = (site, cpus, gpus)
    wish.memoryBytes = try memory.map { try ByteCount($0).bytes }
    wish.timeLimitMs = try time.map { try TimeSpan($0).milliseconds }
    if python == nil {
      try await EnvironmentWatch(output: global.output).untilReady(wish, client)
    }
    // Python needs its time to import what a model is made of.
    let patient = FactoryClient(
      url: client.url, token: try ServerFile.read(global.factoryHome)?.token,
      timeoutSeconds: 3_600)
    let path = "/api/v1/endpoints/\(FactoryClient.escaped(name))"
    let output = global.output
    let endpoint = try await withThrowingTaskGroup(of: Void.self) { [wish] group in
      group.addTask { try await DeploymentWatch(output: output).tell(path, client) }
      defer { group.cancelAll() }
      return try await patient.post(path + "/deployments", wish, as: EndpointWire.self)
    }
    try EndpointOutput(output).show(endpoint)
  }
}

/// Tells why a deployment takes its time.
struct DeploymentWatch {
  let output: Output

  /// Goes on until its task is canceled.
  func tell(_ path: String, _ client: FactoryClient) async throws {
    var told = ""
    while true {
      try await Task.sleep(for: .seconds(2))
      // A new endpoint is there a moment later.
      let endpoint = try? await client.get(path, as: EndpointWire.self)
      guard let words = endpoint?.explanation, words != told else { continue }
      output.note(words)
      told = words
    }
  }
}

/// Shows how a model's Python environment is made.
struct EnvironmentWatch {
  let output: Output

  /// Returns when the environment is there, none is needed, or it could not be made, which the
  /// deployment then says.
  func untilReady(_ wish: DeployRequestWire, _ client: FactoryClient) async throws {
    let environment = try await client.post(
      "/api/v1/environments", wish, as: EnvironmentWire.self)
    guard let job = environment.job else { return }
    output.note("Installing the packages that the model was logged with (\(job)).")
    let path = "/api/v1/jobs/\(FactoryClient.escaped(job))"
    var offset = 0
    var line: [UInt8] = []
    while true {
      let hasEnded = try await client.get(path, as: JobWire.self).hasEnded
      let bytes = try await client.send(
        "GET", path + "/output", query: [("stream", "stdout"), ("from", "\(offset)")]
      ).body
      offset += bytes.count
      line += bytes
      while let end = line.firstIndex(of: 0x0A) {
        output.note("  " + String(decoding: line[..<end], as: UTF8.self))
        line.removeSubrange(...end)
      }
      if bytes.isEmpty {
        if hasEnded { return }
        try await Task.sleep(for: .milliseconds(200))
      }
    }
  }
}
