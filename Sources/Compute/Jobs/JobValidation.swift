import Basics
import JobProtocol

/// What a specification must keep to run on a site.
struct JobValidation {
  /// What this machine has.
  let capacity: SiteCapacity

  /// Throws a sentence for the first rule that is broken; what its site must know is not looked at.
  func check(_ spec: JobSpec) throws(JobError) {
    try checkWords(spec)
    try checkNumbers(spec)
    try checkRestart(spec)
    try checkOutputs(spec)
    try checkService(spec)
    try checkSoftware(spec)
    try checkPacking(spec)
    try require(
      spec.after?.count ?? 0 <= JobSpec.mostDependencies,
      "a job follows \(JobSpec.mostDependencies) jobs and arrays at most")
    if spec.site ?? Site.localName == Site.localName {
      guard spec.nodeCount == 1 else {
        throw JobError(
          .resourcesImpossible,
          "the job asks for \(spec.nodeCount) nodes, but this machine is one",
          hint: "Name a Slurm cluster with --site; `aifactory sites add` adds one.")
      }
      try checkResources(spec.resources)
    }
  }

  /// Throws a sentence for what a Slurm cluster can never give.
  static func check(_ spec: JobSpec, on site: Site) throws(JobError) {
    guard spec.kind == .batch || spec.service != nil || spec.purpose == JobSpec.replicaPurpose
    else {
      throw JobError(
        .specInvalid, "a service without an address runs on this machine alone",
        hint: "Give it one: aifactory jobs submit --service NAME")
    }
    guard let partition = site.inventory?.partition(site.slurm?.partition) else { return }
    let resources = spec.resources
    try checkKinds(resources, partition, site)
    let suitable = partition.nodes.filter { kind in
      resources.cpus <= kind.cpus && resources.gpus <= kind.gpus
        && resources.memoryBytes ?? 0 <= kind.memoryBytes
        && resources.gpus <= (kind.gpus(of: resources.gpuType) ?? .max)
        && kind.has(resources.features)
    }
    guard partition.nodes.isEmpty || !suitable.isEmpty else {
      let kinds = partition.nodes.map { kind in
        "\(kind.cpus) CPUs, \(megabytes(kind.memoryBytes)) MB and \(kind.gpus) GPUs\(kind.kindWords)"
      }
      throw JobError(
        .resourcesImpossible,
        "no node of '\(partition.name)' on '\(site.name)' has what the job asks for; they have "
          + kinds.joined(separator: "; "),
        hint: "Ask for less, or name another site. \(askAgain(site))")
    }
    let count = suitable.reduce(0) { $0 + $1.count }
    guard partition.nodes.isEmpty || spec.nodeCount <= count else {
      throw JobError(
        .resourcesImpossible,
        "the job asks for \(spec.nodeCount) nodes, but '\(partition.name)' on '\(site.name)' has "
          + "\(count) that have what it needs",
        hint: "Ask for fewer, or name another site. \(askAgain(site))")
    }
    if let limit = partition.timeLimitSeconds, let asked = resources.timeLimitMs,
      asked > limit * 1_000
    {
      throw JobError(
        .resourcesImpossible,
        "the job asks for \(asked / 1_000) seconds, but '\(partition.name)' on '\(site.name)' "
          + "allows \(limit)",
        hint: "Ask for less with --time, or name another site. \(askAgain(site))")
    }
    let closingMs = resources.gracePeriodMs + SlurmBatchScript.closingSeconds * 1_000
    if let limit = partition.timeLimitSeconds, closingMs >= limit * 1_000 {
      throw JobError(
        .resourcesImpossible,
        "a grace period of \(resources.gracePeriodMs / 1_000) seconds leaves the job no time: "
          + "'\(partition.name)' on '\(site.name)' allows \(limit) seconds with it",
        hint: "Ask for less with --grace, or name another site. \(askAgain(site))")
    }
  }

  /// Throws where no node has accelerators of that kind, or a feature: most often it is written otherwise there.
  private static func checkKinds(
    _ resources: JobResources, _ partition: SiteInventory.Partition, _ site: Site
  ) throws(JobError) {
    let place = "'\(partition.name)' on '\(site.name)'"
    let types = partition.nodes.compactMap(\.gpuTypes).flatMap(\.keys)
    if let type = resources.gpuType, !types.contains(type),
      partition.nodes.allSatisfy({ $0.gpuTypes != nil })
    {
      throw JobError(
        .resourcesImpossible,
        "no node of \(place) has GPUs of the type '\(type)'; \(Self.list(types, "types", "GPUs"))",
        hint: "Name one of those, or leave it out. \(askAgain(site))")
    }
    let features = partition.nodes.compactMap(\.features).flatMap(\.self)
    guard partition.nodes.allSatisfy({ $0.features != nil }) else { return }
    for feature in resources.features ?? [] where !features.contains(feature) {
      throw JobError(
        .resourcesImpossible,
        "no node of \(place) has the feature '\(feature)'; \(Self.list(features, "features", "nodes"))",
        hint: "Name one of those, or leave it out. \(askAgain(site))")
    }
  }

  private static func list(_ words: [String], _ what: String, _ whose: String) -> String {
    let words = Set(words).sorted()
    return words.isEmpty
      ? "its \(whose) have no \(what)" : "there are the \(what) \(words.joined(separator: ", "))"
  }

  /// What to do where the cluster has more than it had.
  private static func askAgain(_ site: Site) -> String {
    "If the cluster has changed since: aifactory sites show \(site.name) --refresh"
  }

  private func checkWords(_ spec: JobSpec) throws(JobError) {
    try require(
      (1...200).contains(spec.name.utf8.count), "a job needs a name of 1...200 bytes")
    try require(spec.command.first?.isEmpty == false, "a job needs a command")
    let texts = spec.command + spec.environment.flatMap { [$0.name, $0.value] }
    try require(
      texts.allSatisfy { !$0.utf8.contains(0) }, "command and environment cannot hold a zero byte")
    for variable in spec.environment {
      try require(
        !variable.name.isEmpty && !variable.name.contains("="),
        "`\(variable.name)` is no name of an environment variable")
    }
    if let folder = spec.workingDirectory {
      try require(
        folder.hasPrefix("/"), "the working directory `\(folder)` is not an absolute path")
    }
  }

  private func checkNumbers(_ spec: JobSpec) throws(JobError) {
    let resources = spec.resources
    try require((1...100_000).contains(spec.taskCount), "a job has 1...100000 tasks")
    try require((1...10_000).contains(spec.nodeCount), "a job has 1...10000 nodes")
    try require(
      spec.nodeCount == 1 || spec.isolation?.network != false,
      "a job on several nodes needs the network")
    try require(
      spec.nodeCount == 1 || spec.taskCount == 1,
      "a job on several nodes runs its command once on each, so it has one task: what starts more "
        + "processes there is the command, as torchrun does")
    try require((-1_000...1_000).contains(spec.priority), "a priority is in -1000...1000")
    try require(
      (1...Self.mostDevices).contains(resources.cpus),
      "a job needs at least one CPU, and \(Self.mostDevices) at most on a node")
    try require(
      (0...Self.mostDevices).contains(resources.gpus),
      "a job has 0...\(Self.mostDevices) GPUs on a node")
    try require(
      resources.gpuType == nil || resources.gpus > 0,
      "a type of GPUs needs a number of them, such as --gpus 1")
    for word in [resources.gpuType].compactMap(\.self) + (resources.features ?? []) {
      try require(
        !word.isEmpty
          && word.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
              || "._-+/".utf8.contains(byte)
          },
        "\(visible(word)) is no name of a type of GPUs or a feature: it has letters, digits and . _ - + / alone"
      )
    }
    let memoryBytes = resources.memoryBytes ?? Self.leastMemoryBytes
    try require(
      (Self.leastMemoryBytes...Self.mostBytes).contains(memoryBytes),
      "a memory limit of \(memoryBytes) bytes is not possible: it is a megabyte at least, and an exabyte at most; "
        + "write its unit, such as 4GB")
    try require(
      (1...Self.longestMs).contains(resources.timeLimitMs ?? 1),
      "a time limit is more than zero, and a hundred years at most")
    try require(
      (0...Self.longestMs).contains(resources.gracePeriodMs),
      "a grace period is not negative, and a hundred years at most")
    try require(
      (0...Self.mostBytes).contains(resources.outputLimitBytes),
      "an output limit is not negative, and an exabyte at most")
  }

  /// More CPUs or GPUs than one node will have; products with nodes and thousandths stay far from an overflow.
  private static let mostDevices = 1_000_000

  /// Less than this no program can even start with; who writes it means another unit.
  private static let leastMemoryBytes: Int64 = 1_000_000

  /// An exabyte: more than one node will have, and sums of a job's amounts fit.
  private static let mostBytes: Int64 = 1_000_000_000_000_000_000

  /// A hundred years in milliseconds: any moment of today plus it fits.
  private static let longestMs: Int64 = 3_155_760_000_000

  private func checkRestart(_ spec: JobSpec) throws(JobError) {
    guard let restart = spec.restart else { return }
    try require(
      spec.kind == .batch, "a service is kept up by its endpoint, so it takes no restarts")
    try require(!restart.causes.isEmpty, "a restart needs an end after which it comes")
    try require(
      (1...JobRestart.mostCount).contains(restart.atMost),
      "a job is restarted 1...\(JobRestart.mostCount) times at most")
  }

  private func checkOutputs(_ spec: JobSpec) throws(JobError) {
    guard let outputs = spec.outputs else { return }
    try require(
      (1...JobOutputs.mostPaths).contains(outputs.paths.count),
      "a job keeps 1...\(JobOutputs.mostPaths) files and folders")
    for path in outputs.paths {
      try require(
        JobOutputs.checked(path) != nil,
        "`\(path)` does not lie below the folder in which the command starts")
    }
  }

  private func checkService(_ spec: JobSpec) throws(JobError) {
    guard let service = spec.service else { return }
    try require(spec.kind == .service, "a batch job has no address")
    try require(
      spec.nodeCount == 1 && spec.taskCount == 1 && spec.array == nil,
      "a service is one command on one node")
    try require(spec.isolation?.network != false, "a service needs the network")
    let variable = service.portVariable
    try require(
      !variable.isEmpty && variable.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 0x3D },
      "\(visible(variable)) is no name of an environment variable")
    if let path = service.readyPath {
      try require(
        path.hasPrefix("/") && path.utf8.allSatisfy { $0 > 32 && $0 < 127 },
        "\(visible(path)) is no path that can be asked for; write it like /health")
    }
    try require(
      (0...Self.longestMs).contains(service.drainMs),
      "a time for requests under way is not negative, and a hundred years at most")
    try require(
      (0...JobService.mostRestarts).contains(service.restart.atMost),
      "a service is started again 0...\(JobService.mostRestarts) times at most")
    if let before = service.renewBeforeMs {
      try require(before > 0, "a service is renewed before its time limit")
      try require(
        before < spec.resources.timeLimitMs ?? .max,
        "a service cannot be renewed longer before its time limit than it may run")
    }
  }

  private func checkPacking(_ spec: JobSpec) throws(JobError) {
    guard let packing = spec.packing else { return }
    try require(
      spec.site ?? Site.localName != Site.localName,
      "jobs of this machine need no allocation: name a Slurm cluster")
    try require(
      (1...JobPacking.mostPlaces).contains(packing.places ?? 1),
      "an allocation has 1...\(JobPacking.mostPlaces) places")
    try require(
      spec.kind == .batch && spec.nodeCount == 1 && spec.array == nil,
      "an allocation, and what runs inside, is a job on one node and in no array")
  }

  private func checkSoftware(_ spec: JobSpec) throws(JobError) {
    guard let software = spec.software else { return }
    if spec.isolation != nil, software.requirements != nil || software.container != nil {
      // Building a package runs its code, before there is a fence around anything.
      throw JobError(
        .softwareInvalid,
        "a job that is kept apart takes no Python environment and no container",
        hint: "Bring packages along in --code, load a module, or leave isolation out.")
    }
    if spec.nodeCount > 1, spec.code != nil, software.container != nil {
      throw JobError(
        .softwareInvalid, "a container on several nodes takes no code along",
        hint: "Name a folder that all nodes see with --directory, or put the code into the image.")
    }
    for module in software.modules {
      let isPlain = module.utf8.allSatisfy { $0 > 32 && $0 != 127 } && !module.hasPrefix("-")
      guard !module.isEmpty, isPlain else {
        throw JobError(
          .softwareInvalid, "\(visible(module)) is no name of a module",
          hint: "Write one as `module avail` shows it, such as python/3.12.")
      }
    }
    guard let image = software.container else { return }
    guard software.modules.isEmpty, software.requirements == nil else {
      throw JobError(
        .softwareInvalid,
        "a container holds its own software, so it takes no modules and no packages",
        hint: "Put them into the image.")
    }
    guard image.hasPrefix("/") || image.contains("://"), image.utf8.allSatisfy({ $0 >= 32 })
    else {
      throw JobError(
        .softwareInvalid, "\(visible(image)) is no absolute path and no address of an image",
        hint: "Write /path/image.sif, or docker://NAME:TAG.")
    }
    if let folder = spec.workingDirectory, folder.contains(",") || folder.contains(":") {
      throw JobError(
        .softwareInvalid,
        "the folder \(visible(folder)) cannot be shown to a container: it has a comma or colon",
        hint: "Start the job in another folder.")
    }
  }

  private func checkResources(_ resources: JobResources) throws(JobError) {
    try possible(resources.cpus, capacity.cpus.count, "CPUs")
    try possible(resources.gpus, capacity.gpus.count, "GPUs")
    if let type = resources.gpuType {
      let models = capacity.accelerators.map { $0.model ?? "one of an unknown type" }
      // Which of them a job gets is not chosen by what they are.
      guard !models.isEmpty, models.allSatisfy({ $0.lowercased().contains(type.lowercased()) })
      else {
        throw JobError(
          .resourcesImpossible,
          "the job asks for GPUs of the type '\(type)', but this machine has "
            + (models.isEmpty ? "none" : Set(models).sorted().joined(separator: ", ")),
          hint: "Leave the type out, or name a site that has it.")
      }
    }
    if let feature = resources.features?.first {
      throw JobError(
        .resourcesImpossible,
        "the job asks for the feature '\(feature)', but this machine has no features",
        hint: "Leave it out, or name a Slurm cluster that has it.")
    }
    if let bytes = resources.memoryBytes, bytes > capacity.memoryBytes {
      throw JobError(
        .resourcesImpossible,
        "the job asks for \(megabytes(bytes)) MB of memory, but this site has "
          + "\(megabytes(capacity.memoryBytes)) MB: it would wait for ever",
        hint: "Ask for less, or name a larger site.")
    }
  }

  private func possible(_ asked: Int, _ there: Int, _ what: String) throws(JobError) {
    guard asked > there else { return }
    throw JobError(
      .resourcesImpossible,
      "the job asks for \(asked) \(what), but this site has \(there): it would wait for ever",
      hint: "Ask for less, or name a larger site.")
  }

  private func require(_ holds: Bool, _ sentence: String) throws(JobError) {
    if !holds { throw JobError(.specInvalid, sentence) }
  }
}

/// Bytes as megabytes, rounded half up; any number of bytes at all, as requests name it.
func megabytes(_ bytes: Int64) -> Int64 {
  bytes / 1_000_000 + (bytes % 1_000_000 >= 500_000 ? 1 : 0)
}

extension SiteInventory.NodeKind {
  /// How many accelerators of a type each has; nil where that is not known.
  fileprivate func gpus(of type: String?) -> Int? {
    guard let type else { return gpus }
    return gpuTypes.map { $0[type] ?? 0 }
  }

  /// Whether they have features, or nobody knows.
  fileprivate func has(_ asked: [String]?) -> Bool {
    features.map { own in (asked ?? []).allSatisfy(own.contains) } ?? true
  }

  /// Types of accelerators and features, in brackets.
  fileprivate var kindWords: String {
    let words =
      (gpuTypes ?? [:]).sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
      + (features ?? [])
    return words.isEmpty ? "" : " (\(words.joined(separator: ", ")))"
  }
}
