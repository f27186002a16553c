public import API
import Basics
public import Compute
import DataPipelines
import Experimentation
import JobProtocol
import Workflows

extension JobSpec {
  /// The specification that a request asks for; the rules are checked where it is submitted.
  init(_ wire: JobSubmissionWire) throws {
    let kindWord = wire.kind ?? Kind.batch.rawValue
    guard let kind = Kind(rawValue: kindWord) else {
      throw ServerError(.badRequest, "'kind' is '\(kindWord)'; expected batch or service.")
    }
    let usual = JobResources()
    let program = wire.command.first?.split(separator: "/").last.map { String($0) }
    self.init(
      name: wire.name ?? program ?? "", kind: kind, command: wire.command,
      environment: (wire.environment ?? [:]).sorted { $0.key < $1.key }
        .map { EnvironmentVariable($0.key, $0.value) },
      workingDirectory: wire.workingDirectory, taskCount: wire.taskCount ?? 1,
      resources: JobResources(
        cpus: wire.cpus ?? usual.cpus, memoryBytes: wire.memoryBytes, gpus: wire.gpus ?? 0,
        timeLimitMs: wire.timeLimitMs, gracePeriodMs: wire.gracePeriodMs ?? usual.gracePeriodMs,
        outputLimitBytes: wire.outputLimitBytes ?? usual.outputLimitBytes),
      site: wire.site, priority: wire.priority ?? 0,
      restart: try wire.restart.map { try JobRestart($0) })
    (resources.gpuType, resources.features) = (wire.gpuType, wire.features)
    if resources.features?.isEmpty == true { resources.features = nil }
    nodes = wire.nodes == 1 ? nil : wire.nodes
    after = wire.after?.isEmpty == true ? nil : wire.after
    isolation = wire.isolation.map { JobIsolation(network: $0.network ?? true) }
    if let paths = wire.outputs, !paths.isEmpty {
      outputs = JobOutputs(paths: paths)
      guard wire.experiment != nil else {
        throw ServerError(
          .badRequest, "What a job leaves is kept as artifacts of its run, and it has none.",
          hint: "Name an experiment ('experiment', --experiment), or leave out 'outputs' (--keep).")
      }
    }
    guard isolation?.network != false || wire.experiment == nil else {
      throw ServerError(
        .badRequest, "A job without network cannot log into a run: its agent listens on loopback.",
        hint: "Leave out 'experiment', or let the job have the network.")
    }
  }
}

extension Jobs {
  /// The specification that a request asks for, its code and requirements kept.
  ///
  /// Hold a lease of objects until it is submitted.
  /// - Parameter datasets: where names of datasets are known.
  nonisolated func spec(
    of wire: JobSubmissionWire, datasets: DatasetStore?, in project: String
  ) async throws -> JobSpec {
    var spec = try JobSpec(wire)
    if let reference = wire.dataset {
      guard let datasets else { throw ServerError(.badRequest, "Jobs read no datasets here.") }
      let version = try await datasets.resolve(reference, in: project)
      spec.data = JobData(files: version.folder.hex, version: version.id.rawValue)
    }
    if let software = wire.software {
      spec.software = JobSoftware(
        modules: software.modules ?? [], container: software.container)
      if let path = software.requirements {
        spec.software?.requirements = try await keepRequirements(path)
      }
    }
    if let folder = wire.code {
      spec.code = try await keepCode(folder, startingIn: spec.workingDirectory)
      // The command starts in the copy.
      spec.workingDirectory = nil
    }
    return spec
  }
}

extension JobRestart {
  fileprivate init(_ wire: JobRestartWire) throws {
    let causes = try wire.on.map { word in
      guard let cause = Cause(rawValue: word) else {
        let words = Cause.allCases.map(\.rawValue).joined(separator: ", ")
        throw ServerError(.badRequest, "'restart.on' holds '\(word)'; expected \(words).")
      }
      return cause
    }
    self.init(on: causes, atMost: wire.atMost ?? Self.usualCount)
  }
}

extension JobSubmissionWire {
  /// The identifier that the caller drew.
  var identifier: Identifier<Job>? {
    get throws {
      guard let id else { return nil }
      guard let identifier = Identifier<Job>(id) else {
        throw ServerError(
          .badRequest,
          "'id' is '\(id)'; expected '\(Job.identifierPrefix)' and 26 base-32 characters.")
      }
      return identifier
    }
  }
}

extension JobStateMachine.State {
  init(wire word: String) throws {
    guard let state = JobStateMachine.State(rawValue: word) else {
      let words = JobStateMachine.State.allCases.map(\.rawValue).joined(separator: ", ")
      throw ServerError(.badRequest, "'state' is '\(word)'; expected one of \(words).")
    }
    self = state
  }
}

extension JobWire {
  /// The wire form of a job.
  public init(_ job: Job) {
    let resources = job.spec.resources
    self.init(
      id: job.id.rawValue, project: job.project, name: job.spec.name,
      kind: job.spec.kind.rawValue, purpose: job.spec.purpose, command: job.spec.command,
      state: job.state.rawValue, reason: job.reason?.rawValue, message: job.message,
      attempt: job.attempt, exitCode: job.exitCode, signal: job.signal,
      priority: job.spec.priority, taskCount: job.spec.taskCount, cpus: resources.cpus,
      memoryBytes: resources.memoryBytes, gpus: resources.gpus,
      timeLimitMs: resources.timeLimitMs,
      progress: job.progress.map {
        Progress(phase: $0.phase, share: $0.share, message: $0.message)
      },
      usage: Usage(
        cpuMs: job.usage.cpuMs, maxRssBytes: job.usage.maxRssBytes,
        stdoutBytes: job.usage.stdoutBytes, stderrBytes: job.usage.stderrBytes,
        droppedOutputBytes: job.usage.droppedOutputBytes, memoryMethod: job.usage.memoryMethod),
      createdAtMs: job.createdAtMs, startedAtMs: job.startedAtMs, endedAtMs: job.endedAtMs,
      folder: job.folder)
    (gpuType, features) = (resources.gpuType, resources.features)
    run = JobRuns.run(of: job.spec)?.rawValue
    (site, engineId, engineState) = (job.site, job.engineId, job.engineState)
    (nodes, after) = (job.spec.nodeCount, job.spec.after)
    let carbon = job.siteDeclaration?.carbon
    energySource = job.siteDeclaration?.energySource
    usage.gpu = job.usage.accelerators.map {
      var gpu = GPU(
        measuredMs: $0.measuredMs, busyMs: $0.busyMs, energyJoules: $0.joules,
        maxMemoryBytes: $0.maxMemoryBytes)
      gpu.emission = EmissionWire(ofJoules: $0.joules, by: carbon)
      return gpu
    }
    load = job.load.map { timed in
      var load = Load(
        atMs: timed.timeMs, cpus: Double(timed.sample.busyPermille) / 1_000,
        memoryBytes: timed.sample.residentBytes, energyJoules: timed.sample.joules,
        energyMethod: timed.sample.energyMethod)
      let busy = timed.sample.accelerators.compactMap(\.busyPermille)
      load.emission = EmissionWire(ofJoules: load.energyJoules, by: carbon)
      if !busy.isEmpty { load.gpus = Double(busy.reduce(0, +)) / 1_000 }
      return load
    }
    service = job.spec.service?.id
    isolation = job.spec.isolation.map { JobIsolationWire(network: $0.network) }
    restart = job.spec.restart.map {
      JobRestartWire(on: $0.causes.map(\.rawValue), atMost: $0.atMost)
    }
    code = job.spec.code?.snapshot
    dataset = job.spec.data?.version
    outputs = job.spec.outputs?.paths
    software = job.spec.software.map {
      JobSoftwareWire(
        modules: $0.modules.isEmpty ? nil : $0.modules, requirements: $0.requirements,
        container: $0.container)
    }
    (restarts, restartReason) = (job.restarts, job.restartReason?.rawValue)
    array = job.spec.array.map { place in
      var wire = JobArrayPlaceWire(id: place.array, index: place.index, count: place.count)
      wire.atMost = place.atMost
      return wire
    }
  }
}

extension JobExplanationWire {
  /// The wire form of an explanation.
  public init(_ explanation: JobExplanation) {
    self.init(
      id: explanation.id.rawValue, state: explanation.state.rawValue,
      reason: explanation.reason?.rawValue, sentences: explanation.sentences,
      holders: explanation.holders.map(\.rawValue) + explanation.arrays.map(\.rawValue))
  }
}

extension JobAccountWire {
  /// The wire form of an account.
  ///
  /// - Parameter carbon: what the energy of its site emits.
  init(_ account: SlurmAccount, by carbon: CarbonIntensity?) {
    self.init(
      engineId: account.id, state: account.state, partition: account.partition,
      account: account.account, qos: account.qos, nodes: account.nodes,
      allocated: account.allocated, elapsedSeconds: account.elapsedSeconds,
      allocatedCoreSeconds: account.allocatedCoreSeconds, usedCpuMs: account.usedCpuMs,
      maxRssBytes: account.maxRssBytes, energyJoules: account.energyJoules)
    emission = EmissionWire(ofJoules: account.energyJoules.map { Double($0) }, by: carbon)
  }
}

extension EmissionWire {
  /// What joules emitted; nil where they or the figure is not known.
  fileprivate init?(ofJoules joules: Double?, by carbon: CarbonIntensity?) {
    guard let joules, let carbon else { return nil }
    self.init(co2eGrams: carbon.grams(ofJoules: joules), method: carbon.words)
  }
}
