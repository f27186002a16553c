internal import Basics
internal import JobProtocol

/// Reads `data.prepare`: the command that makes tables out of a data stage's files.
enum DataCommandParser {
  private static let known = [
    "command", "outputs", "shards", "code", "environment", "site", "resources", "restart",
  ]

  static func parse(_ data: SectionReader) -> DataCommand? {
    guard let section = data.section("prepare", known: known) else { return nil }
    section.require("command", "the program that makes tables, such as python features.py")
    section.require("outputs", "the tables that it leaves, such as features.parquet")
    section.require("code", "the folder of the program: each shard starts in a copy of its own")
    let template = CommandSectionParser.template(section, example: "python features.py")
    let outputs = outputs(section)
    let shards = section.integer("shards", in: 1...DataCommand.mostShards)
    let (resources, site) = (resources(section), StagePlaceParser.site(section))
    let restart = TrainSectionParser.restart(section)
    let (software, file) = CommandSectionParser.environment(section)
    let code = section.text("code", "a folder, such as .")
    guard let template, let outputs, let code else { return nil }
    check(template, section)
    var command = DataCommand(command: template, outputs: outputs, codeFolder: code)
    command.shards = shards ?? 1
    (command.resources, command.site, command.restart) = (resources, site, restart)
    (command.software, command.requirementsFile) = (software, file)
    return command
  }

  private static func resources(_ section: SectionReader) -> JobResources {
    guard
      let reader = section.section(
        "resources", known: ["cpus", "gpus", "gpu_type", "features", "memory", "time"],
        later: ["nodes": "a shard runs on one node; make more shards, and remove the key"])
    else { return JobResources() }
    return CommandSectionParser.resources(reader)
  }

  /// One path, or a list of them.
  private static func outputs(_ section: SectionReader) -> JobOutputs? {
    guard let node = section.node("outputs") else { return nil }
    let paths: [String]?
    if case .list = node.content {
      paths = section.texts("outputs", "a list of files and folders, such as [features.parquet]")
    } else {
      paths = section.text("outputs", "a file or folder, such as features.parquet").map { [$0] }
    }
    guard let paths else { return nil }
    guard (1...JobOutputs.mostPaths).contains(paths.count) else {
      section.problems.add(
        node.line,
        "\(section.joined("outputs")): expected 1 to \(JobOutputs.mostPaths) files and folders")
      return nil
    }
    let checked = paths.compactMap { path -> String? in
      if path.contains(where: { "*?[".contains($0) }) {
        section.problems.add(
          node.line,
          "\(section.joined("outputs")): expected files and folders, found the pattern "
            + "\(visible(path)); let the command write into a folder, and name that")
        return nil
      }
      if let checked = JobOutputs.checked(path) { return checked }
      section.problems.add(
        node.line,
        "\(section.joined("outputs")): \(visible(path)) does not lie below the folder in which the "
          + "command starts")
      return nil
    }
    return checked.count == paths.count ? JobOutputs(paths: checked) : nil
  }

  private static func check(_ command: CommandTemplate, _ section: SectionReader) {
    for place in command.places where !DataCommand.places.contains(place) {
      section.problems.add(
        section.line(of: "command"),
        "\(section.joined("command")): {\(place)} means nothing here; expected {shard} or {shards}, or "
          + "{{\(place)}} for the text itself")
    }
  }
}
