internal import Basics
internal import DataPipelines
internal import Experimentation
internal import Foundation
internal import JobProtocol
internal import Optimization
internal import Training

/// What a factory adds to the key of every stage: its programs and engines.
public struct FactoryFingerprint: Sendable, Equatable {
  /// Raised whenever a stage program makes something else of the same request.
  public static let stageVersions: [StageName: Int] = [
    .data: 1, .train: 1, .evaluate: 1, .register: 1, .deploy: 1,
  ]

  /// Versions of the engines by name, such as `xgboost: 3.2.0`.
  public var engines: [String: String]
  /// Cores of the local site.
  public var cpus: Int

  /// Takes every value as it is.
  public init(engines: [String: String], cpus: Int) {
    self.engines = engines
    self.cpus = cpus
  }

  func code(of stage: StageName) -> StageIngredients.Ingredient {
    StageIngredients.Ingredient(.code, stage.rawValue, "\(Self.stageVersions[stage] ?? 0)")
  }

  func engine(_ name: String) -> StageIngredients.Ingredient {
    StageIngredients.Ingredient(.engine, name, engines[name] ?? "none")
  }
}

extension StageIngredients {
  /// The data stage: bytes of the sources and how they are read.
  static func data(
    _ definition: WorkflowDefinition, sources: [DatasetManifest.Source], shards: ShardWork? = nil,
    fingerprint: FactoryFingerprint
  ) throws -> StageIngredients {
    let data = try definition.dataSection()
    let read = sources.filter { shards == nil || $0.part != Shard.part }
    var all = read.enumerated().map { number, source in
      // The same bytes under another name make the same table; the order of files counts.
      Ingredient(.input, "\(source.part) \(number + 1)", source.sha256)
    }
    all += [
      parameter("target", data.target), parameter("where", data.where),
      parameter("derive", try json(data.derive)), parameter("exclude", try json(data.exclude)),
      parameter("join.using", try json(data.join.map(\.using))),
      try data.testSource.flatMap { test in
        test.isPlain ? nil : parameter("test_source", try json(TestParameters(test)))
      },
      parameter("checks", try json(data.checks)), parameter("split", try json(data.split)),
      parameter("task", definition.train?.task?.rawValue),
      parameter("time", definition.train?.time), parameter("series", definition.train?.series),
      parameter("name", definition.name), fingerprint.code(of: .data), fingerprint.engine("duckdb"),
    ].compactMap(\.self)
    guard let shards else { return StageIngredients(stage: .data, all) }
    all += shards.items.map {
      Ingredient(.input, "files of \($0.shard.title)", $0.folder)
    }
    all += try words(of: shards.command, inputs: shards.inputs)
    return StageIngredients(stage: .data, all)
  }

  /// One shard of a data stage's command: its files, and with what they are worked on.
  ///
  /// Where it runs and what it may use there is no part of it: the shards that are done stay done where others
  /// need more memory.
  static func shard(
    _ shard: Shard, folder: String, command: DataCommand, inputs: CommandInputs
  ) throws -> StageIngredients {
    StageIngredients(
      stage: .data,
      [
        Ingredient(.input, "files", folder), Ingredient(.parameter, "shard", shard.title),
        // Raised whenever shards are run in another way.
        Ingredient(.code, "shards", "1"),
      ] + (try words(of: command, inputs: inputs)))
  }

  private static func words(
    of command: DataCommand, inputs: CommandInputs
  ) throws -> [Ingredient] {
    let own: [Ingredient?] = [
      parameter("prepare.command", try json(command.command.words)),
      parameter("prepare.outputs", try json(command.outputs.paths)),
    ]
    return own.compactMap(\.self) + kept(inputs, command.software)
  }

  /// What a command brings along.
  private static func kept(_ inputs: CommandInputs, _ software: JobSoftware?) -> [Ingredient] {
    let all: [Ingredient?] = [
      inputs.code.map { Ingredient(.code, codeName, $0.snapshot) },
      inputs.code.map { Ingredient(.code, "start", $0.start) },
      inputs.requirements.map { Ingredient(.input, "requirements", $0) },
      inputs.container.map { Ingredient(.input, "container", $0) },
      parameter(
        "environment.modules",
        software.flatMap { $0.modules.isEmpty ? nil : $0.modules.joined(separator: " ") }),
    ]
    return all.compactMap(\.self)
  }

  /// The train stage: the dataset version and the bounds of the search.
  static func train(
    _ train: WorkflowDefinition.TrainSection, datasetVersion: String, threads: Int,
    fingerprint: FactoryFingerprint
  ) -> StageIngredients {
    let search = train.search
    return StageIngredients(
      stage: .train,
      [
        Ingredient(.input, "dataset version", datasetVersion),
        parameter("task", train.task?.rawValue), parameter("metric", train.metric),
        parameter("positive", train.positive), parameter("time", train.time),
        parameter("series", train.series), parameter("horizon", train.horizon),
        parameter("frequency", train.frequency), parameter("search.trials", search.trials),
        parameter("search.time_ms", search.timeMs), parameter("search.sampler", search.sampler),
        parameter("search.pruner", search.pruner), parameter("search.seed", search.seed),
        parameter("search.stop_below", search.stopBelow), warmStart(train.warmStart),
        parameter("threads", threads), fingerprint.code(of: .train),
        fingerprint.engine("xgboost"), fingerprint.engine("duckdb"),
      ].compactMap(\.self))
  }

  /// The train stage by a command.
  ///
  /// - Parameter run: the workflow run, of a command whose code is not kept: nobody knows what it reads, so each
  ///   run has a key of its own. Else nil.
  static func command(
    _ training: CommandTraining, _ train: WorkflowDefinition.TrainSection, inputs: CommandInputs,
    datasetVersion: String?, run: Identifier<WorkflowRun>?, fingerprint: FactoryFingerprint
  ) throws -> StageIngredients {
    let search = training.search
    let all: [Ingredient?] = [
      datasetVersion.map { Ingredient(.input, "dataset version", $0) },
      run.map { Ingredient(.input, "workflow run", $0.rawValue) },
      parameter("command", try json(training.command.words)),
      parameter("search.space", search?.space.text),
      parameter("search.metric", search?.objectives.map(\.metric).joined(separator: " ")),
      parameter("search.goal", search?.objectives.map(\.goal.rawValue).joined(separator: " ")),
      parameter("search.read", search?.source.text),
      parameter("search.trials", search?.trials), parameter("search.time_ms", search?.timeMs),
      parameter("search.sampler", search?.sampler.rawValue),
      parameter("search.pruner", search?.pruner.rawValue),
      parameter("search.seed", search?.seed), parameter("search.steps", search?.steps),
      parameter("search.stop_below", search?.stopBelow),
      parameter("search.repeats", search.flatMap { $0.repeats > 1 ? $0.repeats : nil }),
      parameter(
        "search.limits",
        search.flatMap { $0.limits.isEmpty ? nil : $0.limits.map(\.text).joined(separator: ", ") }),
      warmStart(search?.warmStart ?? []),
      parameter("cpus", training.resources.cpus), parameter("gpus", training.resources.gpus),
      parameter("gpu_type", training.resources.gpuType),
      parameter("features", training.resources.features?.joined(separator: " ")),
      // Absent for one, as in the keys of before there were several.
      training.nodes > 1 ? parameter("nodes", training.nodes) : nil,
      parameter("site", train.place.site), fingerprint.code(of: .train),
    ]
    return StageIngredients(
      stage: .train, all.compactMap(\.self) + kept(inputs, training.software))
  }

  /// What the snapshot of a command's code is called among the code.
  static let codeName = "snapshot"

  /// The evaluate stage: the model, the dataset version and the gates.
  static func evaluate(
    _ definition: WorkflowDefinition, datasetVersion: String, package: String,
    fingerprint: FactoryFingerprint
  ) throws -> StageIngredients {
    StageIngredients(
      stage: .evaluate,
      [
        Ingredient(.input, "dataset version", datasetVersion),
        Ingredient(.input, "model package", package),
        parameter("gates", try json(definition.evaluate.gates)),
        parameter("slices", try json(definition.evaluate.slices)),
        parameter("title", definition.name), fingerprint.code(of: .evaluate),
        fingerprint.engine("xgboost"), fingerprint.engine("duckdb"),
      ].compactMap(\.self))
  }

  /// The register stage: which evaluated model gets a version under which name.
  static func register(
    model: String, package: String, evaluation: String, fingerprint: FactoryFingerprint
  ) -> StageIngredients {
    StageIngredients(
      stage: .register,
      [
        Ingredient(.input, "model package", package), Ingredient(.input, "evaluation", evaluation),
        Ingredient(.parameter, "model", model), fingerprint.code(of: .register),
      ])
  }

  /// The register stage of a model that a command logged.
  static func register(
    model: String, loggedModel: String, fingerprint: FactoryFingerprint
  ) -> StageIngredients {
    StageIngredients(
      stage: .register,
      [
        Ingredient(.input, "logged model", loggedModel), Ingredient(.parameter, "model", model),
        fingerprint.code(of: .register),
      ])
  }

  /// The deploy stage: which version stands behind which endpoint.
  static func deploy(
    endpoint: String, model: String, version: Int, fingerprint: FactoryFingerprint
  ) -> StageIngredients {
    StageIngredients(
      stage: .deploy,
      [
        Ingredient(.input, "model version", "\(model) \(version)"),
        Ingredient(.parameter, "endpoint", endpoint), fingerprint.code(of: .deploy),
      ])
  }

  /// What a key needs of a test set of its own, beside its bytes.
  private struct TestParameters: Encodable {
    var using: [[String]]
    var `where`: String?
    var derive: [DatasetRequest.Derivation]

    init(_ test: WorkflowDefinition.DataSection.TestSource) {
      using = test.join.map(\.using)
      self.where = test.where
      derive = test.derive
    }
  }

  private static func warmStart(_ studies: [String]) -> Ingredient? {
    guard !studies.isEmpty else { return nil }
    // Names hold blanks, but no signs that end a line.
    return parameter("search.warm_start", studies.joined(separator: "\n"))
  }

  private static func parameter(_ name: String, _ value: (some CustomStringConvertible)?)
    -> Ingredient?
  {
    value.map { Ingredient(.parameter, name, $0.description) }
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
