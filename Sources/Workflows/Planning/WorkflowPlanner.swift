internal import Basics
internal import DataPipelines
internal import Experimentation
internal import Serving

/// What would run, and why: the same keys as a run computes, without running anything.
public struct WorkflowPlanner: Sendable {
  /// One stage of a plan.
  public struct Stage: Sendable, Equatable {
    /// Which stage it is.
    public var name: StageName
    /// What an earlier run made would be taken over.
    public var isReused: Bool
    /// Why, the most important first.
    public var reasons: [String]
    /// nil where an input is made by a stage that would run first.
    public var key: String?
    /// Name of the site where its job would run; nil is this machine.
    public var site: String?
  }

  private let parts: WorkflowParts

  /// Plans with the parts of one factory.
  public init(parts: WorkflowParts) { self.parts = parts }

  /// The stages of a workflow in order.
  ///
  /// Local sources are hashed (unchanged files are known); remote ones are read by a run alone.
  public func plan(
    text: String, filePath: String, baseFolder: String
  ) async throws -> (name: String, stages: [Stage]) {
    let definition = try WorkflowFile.parse(text: text, path: filePath)
    try await parts.checkPlaces(of: definition)
    var known = KnownOutputs(
      registers: definition.model != nil, replicas: definition.deployPlace.ofReplicas)
    var stages: [Stage] = []
    for name in definition.stages {
      if name == .train, let command = definition.train?.command, command.codeFolder == nil {
        stages.append(
          Stage(
            name: name, isReused: false, reasons: [Self.commandReason], key: nil,
            site: definition.site(of: name)))
        known.firstRun = known.firstRun ?? name
        continue
      }
      if name == .data {
        known.sources = try await sources(definition, baseFolder: baseFolder)
        known.shards = try await shards(
          definition, known.sources, file: filePath, baseFolder: baseFolder)
      }
      let ingredients = try await ingredients(
        name, definition, file: filePath, baseFolder: baseFolder, known)
      var stage = try await plan(name, ingredients, workflow: definition.name, &known)
      stage.site = definition.site(of: name)
      if name == .data, !stage.isReused, let work = known.shards {
        stage.reasons.append(try await sentence(work))
      }
      stages.append(stage)
    }
    return (definition.name, stages)
  }

  private static let commandReason =
    "A command without `code` runs each time: nobody knows what its program reads."

  /// What stages before would hand on, where it is known.
  private struct KnownOutputs {
    /// Whether what is trained is to get a version.
    var registers: Bool
    /// Where replicas are to run.
    var replicas: DeploymentPlace
    /// Nil where one is remote.
    var sources: [DatasetManifest.Source]?
    /// What the command of the data stage would do.
    var shards: ShardWork?
    var data: StageOutput.DataOutput?
    var train: StageOutput.TrainOutput?
    var command: StageOutput.CommandOutput?
    var evaluate: StageOutput.EvaluateOutput?
    var register: StageOutput.RegisterOutput?
    /// The first stage that would run.
    var firstRun: StageName?
  }

  private func ingredients(
    _ stage: StageName, _ definition: WorkflowDefinition, file: String, baseFolder: String,
    _ known: KnownOutputs
  ) async throws -> StageIngredients? {
    let fingerprint = parts.fingerprint
    switch stage {
    case .data:
      guard let sources = known.sources else { return nil }
      return try .data(
        definition, sources: sources, shards: known.shards, fingerprint: fingerprint)
    case .train:
      if let command = definition.train?.command {
        return try await ingredients(
          of: command, definition, file: file, baseFolder: baseFolder, known)
      }
      guard let data = known.data, let train = definition.train else { return nil }
      return .train(
        train, datasetVersion: data.datasetVersion, threads: train.place.cpus ?? fingerprint.cpus,
        fingerprint: fingerprint)
    case .evaluate:
      guard let data = known.data, let train = known.train else { return nil }
      return try .evaluate(
        definition, datasetVersion: data.datasetVersion, package: train.package,
        fingerprint: fingerprint)
    case .register:
      if let command = known.command, let model = definition.model {
        return try await parts.bestModel(of: command).map {
          .register(model: model, loggedModel: $0.id, fingerprint: fingerprint)
        }
      }
      guard let train = known.train, let evaluate = known.evaluate, let model = definition.model
      else { return nil }
      return .register(
        model: model, package: train.package, evaluation: evaluate.files, fingerprint: fingerprint)
    case .deploy:
      guard let register = known.register, let endpoint = definition.endpoint else { return nil }
      return .deploy(
        endpoint: endpoint, model: register.model, version: register.version,
        fingerprint: fingerprint)
    }
  }

  /// What the command of the data stage would do; nil without one, and where a source is remote.
  private func shards(
    _ definition: WorkflowDefinition, _ sources: [DatasetManifest.Source]?, file: String,
    baseFolder: String
  ) async throws -> ShardWork? {
    guard let command = definition.data?.command, let sources else { return nil }
    let inputs = try await CommandInputs.keep(
      command, file: file, baseFolder: baseFolder, in: parts.objects)
    return try await ShardWork(
      command, inputs: inputs, sources: sources, baseFolder: baseFolder, in: parts.objects)
  }

  /// Which shards would run, and where.
  private func sentence(_ work: ShardWork) async throws -> String {
    var missing: [Int] = []
    for item in work.items {
      let key = try work.ingredients(of: item).key()
      if try await parts.shard(forKey: key) == nil { missing.append(item.shard.number) }
    }
    guard !missing.isEmpty else { return "No shard runs: what they make is known." }
    let place = work.command.site.map { " on \($0)" } ?? ""
    let named = missing.prefix(10).map(String.init).joined(separator: ", ")
    let rest = missing.count > 10 ? " and \(missing.count - 10) more" : ""
    let which = missing.count == work.items.count ? "" : ": \(named)\(rest)"
    return "\(missing.count) of \(work.items.count) shards run\(place)\(which)."
  }

  /// Those of a command whose code is kept.
  private func ingredients(
    of command: CommandTraining, _ definition: WorkflowDefinition, file: String,
    baseFolder: String, _ known: KnownOutputs
  ) async throws -> StageIngredients? {
    guard let train = definition.train, definition.data == nil || known.data != nil else {
      return nil
    }
    let inputs = try await CommandInputs.keep(
      command, file: file, baseFolder: baseFolder, in: parts.objects)
    return try .command(
      command, train, inputs: inputs, datasetVersion: known.data?.datasetVersion, run: nil,
      fingerprint: parts.fingerprint)
  }

  private func plan(
    _ name: StageName, _ ingredients: StageIngredients?, workflow: String,
    _ known: inout KnownOutputs
  ) async throws -> Stage {
    guard let ingredients else {
      let reason =
        known.firstRun.map { "Stage \($0.rawValue) runs, and this stage works on what it makes." }
        ?? "A remote source is read again to see whether it changed."
      known.firstRun = known.firstRun ?? name
      return Stage(name: name, isReused: false, reasons: [reason], key: nil)
    }
    let key = try ingredients.key()
    if let output = try await parts.store.output(forKey: key),
      try await isUsable(output, &known)
    {
      return Stage(
        name: name, isReused: true, reasons: ["Nothing that it depends on changed."], key: key)
    }
    known.firstRun = known.firstRun ?? name
    return Stage(
      name: name, isReused: false, reasons: try await reasons(ingredients, workflow: workflow),
      key: key)
  }

  private func isUsable(_ output: StageOutput, _ known: inout KnownOutputs) async throws -> Bool {
    func isStored(_ digest: String) -> Bool {
      ObjectDigest(hex: digest).map(parts.objects.contains) ?? false
    }
    switch output {
    case .data(let output):
      known.data = output
      return isStored(output.files)
    case .shard(let output): return isStored(output.files)
    case .train(let output):
      known.train = output
      return isStored(output.package)
    case .command(let output):
      guard try await parts.canTakeOver(output, registers: known.registers) else { return false }
      known.command = output
      return true
    case .evaluate(let output):
      known.evaluate = output
      return isStored(output.files)
    case .register(let output):
      known.register = output
      return true
    case .deploy(let output):
      return try await parts.endpoints.serves(
        output.version, of: output.model, on: output.endpoint, in: known.replicas)
    }
  }

  private func reasons(
    _ ingredients: StageIngredients, workflow: String
  ) async throws -> [String] {
    let stage = ingredients.stage
    guard
      let last = try await parts.store.lastIngredients(workflow: workflow, stage: stage)
    else { return ["It has never run."] }
    let changes = ingredients.changes(since: last)
    if !changes.isEmpty { return changes + codeChanges(from: last, to: ingredients) }
    return stage == .deploy
      ? ["The endpoint does not answer with this version now."]
      : ["The last run did not finish it, or its files are gone."]
  }

  /// Which files of a command's code are others, where both snapshots are there.
  private func codeChanges(
    from last: StageIngredients, to ingredients: StageIngredients
  ) -> [String] {
    let manifests = [last, ingredients].compactMap { ingredients -> FolderManifest? in
      let code = ingredients.ingredients.first {
        $0.kind == .code && $0.name == StageIngredients.codeName
      }
      // The files of an older one may be collected by now.
      return code.flatMap { ObjectDigest(hex: $0.value) }.flatMap {
        try? parts.objects.manifest($0)
      }
    }
    guard manifests.count == 2 else { return [] }
    return [CodeDifference(from: manifests[0], to: manifests[1]).sentence].compactMap(\.self)
  }

  /// nil where a source is remote.
  private func sources(
    _ definition: WorkflowDefinition, baseFolder: String
  ) async throws -> [DatasetManifest.Source]? {
    let request = try SourceList.intakeRequest(
      definition, baseFolder: baseFolder, objects: parts.objects)
    if let known = try await SourceCatalog.known(request: request, ledger: parts.store.ledger) {
      return known
    }
    guard request.sources.allSatisfy({ !$0.source.contains("://") }) else { return nil }
    return try await SourceIntake(objects: parts.objects).take(request).sources
  }
}
