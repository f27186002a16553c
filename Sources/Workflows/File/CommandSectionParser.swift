internal import Basics
internal import Compute
internal import JobProtocol
internal import Optimization

/// Reads a `train` section whose command is the user's own.
enum CommandSectionParser {
  private static let known = [
    "command", "code", "environment", "search", "site", "resources", "restart",
  ]

  /// Whether the `train` section of a file has a command.
  static func isMeant(by file: SectionReader) -> Bool {
    guard case .mapping(let entries)? = file.node("train")?.content else { return false }
    return entries.contains { $0.key == "command" }
  }

  static func parse(_ file: SectionReader) -> WorkflowDefinition.TrainSection? {
    guard let section = file.section("train", known: known) else { return nil }
    section.require("command", "the program that trains, such as python train.py --lr {lr}")
    var train = WorkflowDefinition.TrainSection()
    train.place.site = StagePlaceParser.site(section)
    train.restart = TrainSectionParser.restart(section)
    let search = section.section("search", known: CommandSearchParser.known)
      .flatMap(CommandSearchParser.parse)
    let (resources, nodes) = places(section)
    let dear = [
      ("cost", search?.objectives.contains { $0.cost == .gpuHours }),
      ("limits", search?.limits.contains { $0.cost == .gpuHours }),
    ]
    for (key, isDear) in dear where isDear == true && resources.gpus == 0 {
      section.problems.add(
        section.line(of: "search"),
        "train.search.\(key): trials without `resources: {gpus: …}` cost no gpu_hours")
    }
    guard let command = template(section, example: "python train.py --lr {lr}") else { return nil }
    check(command, search, section)
    let (software, file) = environment(section)
    let code = section.text("code", "a folder, such as .")
    train.command = CommandTraining(
      command: command, search: search, resources: resources, software: software,
      requirementsFile: file, codeFolder: code)
    train.command?.nodes = nodes
    check(nodes: nodes, train, section)
    if search?.allocations != nil, train.place.site == nil {
      section.problems.add(
        section.line(of: "search"),
        "train.search.allocations: on this machine trials need no allocation; name a Slurm cluster with "
          + "`site`, or remove the key")
    }
    return train
  }

  /// What the command finds installed, and the requirements file.
  static func environment(
    _ section: SectionReader
  ) -> (software: JobSoftware?, file: String?) {
    guard
      let reader = section.section("environment", known: ["python", "modules", "container"])
    else { return (nil, nil) }
    let file = reader.text("python", "a requirements file, such as requirements.txt")
    let modules = reader.texts("modules", "a list of modules, such as [python/3.12]") ?? []
    let container = reader.text("container", "an image file, or docker://NAME:TAG")
    if container != nil, file != nil || !modules.isEmpty {
      reader.problems.add(
        reader.line(of: "container"),
        "\(reader.path): a container holds its own software; remove the other keys")
    }
    return (JobSoftware(modules: modules, container: container), file)
  }

  /// A line, or a list of words.
  static func template(_ section: SectionReader, example: String) -> CommandTemplate? {
    guard let node = section.node("command") else { return nil }
    let expected = "a command such as \(example), or a list of its words"
    switch node.content {
    case .scalar(let line, _):
      do throws(CommandProblem) {
        return try CommandTemplate(line: line)
      } catch {
        section.problems.add(node.line, "\(section.joined("command")): \(error.message)")
        return nil
      }
    case .list(let items):
      let words = items.compactMap(\.text)
      guard words.count == items.count, words.first?.isEmpty == false else {
        section.refuse("command", expected: expected, found: node)
        return nil
      }
      return CommandTemplate(words: words)
    case .mapping:
      section.refuse("command", expected: expected, found: node)
      return nil
    }
  }

  /// Each place has a parameter, and no parameter the name of another place.
  private static func check(
    _ command: CommandTemplate, _ search: CommandSearch?, _ section: SectionReader
  ) {
    // Where the search could not be read, nobody knows its parameters.
    if section.has("search"), search == nil { return }
    let parameters = search?.space.parameters.map(\.name) ?? []
    let own = search == nil ? ["trial_dir"] : CommandSearch.ownPlaces
    for place in command.places where !(parameters + own).contains(place) {
      let advice =
        nearestWord(to: place, among: parameters + own).map { "did you mean {\($0)}?" }
        ?? "write {{\(place)}} for the text itself"
      section.problems.add(
        section.line(of: "command"), "train.command: no parameter is named '\(place)'; \(advice)")
    }
    for name in parameters where CommandSearch.ownPlaces.contains(name) {
      section.problems.add(
        section.line(of: "search"),
        "train.search.parameters: {\(name)} is the trial's own; give the parameter another name")
    }
  }

  /// Several nodes are a cluster's, and each sees what the command starts in.
  private static func check(
    nodes: Int, _ train: WorkflowDefinition.TrainSection, _ section: SectionReader
  ) {
    guard nodes > 1 else { return }
    if train.place.site == nil {
      section.problems.add(
        section.line(of: "resources"),
        "train.resources.nodes: this machine is one node; name a Slurm cluster with `site`")
    }
    if train.command?.search?.isByArrays == true {
      section.problems.add(
        section.line(of: "search"),
        "train.search.array: jobs on several nodes go to Slurm one by one; remove the key, or "
          + "'resources.nodes'")
    }
    if train.command?.search?.allocations != nil {
      section.problems.add(
        section.line(of: "search"),
        "train.search.allocations: an allocation is of one node; remove the key, or 'resources.nodes'"
      )
    }
    if train.command?.software?.container != nil, section.has("code") {
      section.problems.add(
        section.line(of: "code"),
        "train.code: a container on several nodes takes no code along; put it into the image")
    }
  }

  /// What each node gives, and how many nodes.
  private static func places(_ section: SectionReader) -> (JobResources, nodes: Int) {
    guard
      let reader = section.section(
        "resources", known: ["cpus", "gpus", "gpu_type", "features", "memory", "time", "nodes"])
    else { return (JobResources(), 1) }
    return (resources(reader), reader.integer("nodes", in: 1...10_000) ?? 1)
  }

  /// What one node gives.
  ///
  /// - Parameter reader: of the section `resources` itself.
  static func resources(_ reader: SectionReader) -> JobResources {
    var resources = JobResources()
    if let cpus = reader.integer("cpus", in: 1...1024) { resources.cpus = cpus }
    if let gpus = reader.integer("gpus", in: 0...1024) { resources.gpus = gpus }
    resources.gpuType = reader.text("gpu_type", "a type of GPUs, such as a100")
    resources.features = reader.texts("features", "a list of features of nodes, such as [ib]")
    resources.memoryBytes = reader.byteCount("memory")
    resources.timeLimitMs = reader.timeSpan("time")
    return resources
  }
}
