internal import Basics
internal import Compute
internal import DataPipelines
internal import JobProtocol

extension WorkflowDrive {
  /// Takes the sources in, then converts them into a dataset version.
  func performData(_ run: WorkflowRun, _ definition: WorkflowDefinition) async throws {
    let (name, project) = (definition.name, run.project)
    let dataClass = try definition.dataSection().dataClass ?? .usual
    var sources = try await takeIn(run, definition)
    let work = try await shardWork(run, definition, sources)
    let ingredients = try StageIngredients.data(
      definition, sources: sources, shards: work, fingerprint: parts.fingerprint)
    let (key, known) = try await known(ingredients)
    if case .data(let output)? = known, isStored(output.files) {
      return try await succeed(.data, .data(output), key: key, isReused: true) { db in
        try DatasetStore.raise(name, to: dataClass, project: project, in: db)
      }
    }
    var shards: [StageOutput.ShardOutput]?
    if let work {
      let drive = try await ShardDrive.begin(work, of: run, definition, by: self)
      let outputs = try await drive.perform()
      sources = try drive.tables(of: outputs) + sources.filter { $0.part != Shard.part }
      shards = outputs
    }
    let tables = sources
    let place = try definition.dataSection().place
    var plan = StageJobPlan(
      stage: .data, role: "convert", key: key, verb: "data",
      resources: place.resources(cores: parts.fingerprint.cpus), site: place.site,
      reads: JobReads(
        files: tables.map(\.sha256), dataset: definition.name, leastClass: dataClass.rawValue))
    if try await !parts.jobs.sharesFiles(with: place.site) {
      let files = try await SourceList.folder(of: tables, in: parts.objects)
      plan.inputs = [JobStage.Input(name: SourceList.folderName, files: files.hex)]
    }
    let (job, folder, _) = try await runJob(plan, of: run) { folder in
      try SourceList.datasetRequest(
        definition, sources: tables, objects: parts.objects, isSent: !folder.isShared,
        outputFolder: folder.path(of: "output"))
    }
    let request = try SourceList.datasetRequest(
      definition, sources: tables, objects: parts.objects, outputFolder: folder + "/output")
    let manifest: DatasetManifest = try result(folder + "/output/dataset.json")
    let files = try await parts.objects.putFolder(path: folder + "/output")
    let version = try DatasetVersion.id(manifest: manifest, request: request)
    var output = StageOutput.DataOutput(
      datasetVersion: version.rawValue, files: files.digest.hex, rowCount: manifest.rowCount,
      splitRowCounts: manifest.splitRowCounts, sources: manifest.sources, job: job.id.rawValue)
    output.shards = shards
    if shards != nil { output.origin = try definition.dataSection().source }
    let now = parts.nowMs()
    try await succeed(.data, .data(output), key: key, isReused: false) { db in
      try DatasetStore.register(
        manifest: manifest, request: request, folder: files.digest, job: job.id.rawValue,
        project: project, dataClass: dataClass, nowMs: now, in: db)
    }
    try removeWork(folder)
  }

  /// The bytes of every source as objects: by a job, unless all files are known unchanged or small.
  private func takeIn(
    _ run: WorkflowRun, _ definition: WorkflowDefinition
  ) async throws -> [DatasetManifest.Source] {
    let request = try SourceList.intakeRequest(
      definition, baseFolder: run.baseFolder, objects: parts.objects)
    if let known = try await SourceCatalog.known(request: request, ledger: parts.store.ledger) {
      return known
    }
    if try SourceIntake.isQuick(request) {
      let result = try await SourceIntake(objects: parts.objects).take(request)
      try await SourceCatalog.remember(result.stats, ledger: parts.store.ledger)
      return result.sources
    }
    let plan = StageJobPlan(stage: .data, role: "intake", key: "", verb: "intake")
    let (_, folder, _) = try await runJob(plan, of: run) { _ in request }
    try await SourceCatalog.remember(workFolder: folder, ledger: parts.store.ledger)
    return try result(folder + "/result.json")
  }
}
