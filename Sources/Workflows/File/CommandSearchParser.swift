internal import Basics
internal import Optimization

/// Reads the `search` of a command: what may be tried, and how good a trial was.
enum CommandSearchParser {
  static let known = [
    "parameters", "constraints", "forbidden", "initial", "metric", "goal", "read", "trials", "time",
    "sampler", "pruner", "seed", "steps", "parallel", "stop_below", "warm_start",
    "goals", "cost", "limits", "repeats", "array", "allocations", "allocation_time",
  ]

  static func parse(_ section: SectionReader) -> CommandSearch? {
    section.require("parameters", "what may be tried, such as {lr: {log_uniform: [1e-5, 0.1]}}")
    let objectives = objectives(section)
    let source = source(section)
    let space = space(section)
    let sampler = section.word("sampler", among: SamplerName.allCases.map(\.rawValue))
      .flatMap(SamplerName.init(rawValue:))
    let pruner = section.pruner("pruner")
    let seed = section.integer("seed", in: 0...Int.max)
    let steps = section.integer("steps", in: 1...1_000_000_000)
    let parallel = section.integer("parallel", in: 1...1_000)
    var trials = section.integer("trials", in: 1...100_000)
    let timeMs = section.timeSpan("time")
    if !section.has("trials"), !section.has("time") { trials = 40 }
    if let pruner, pruner != PrunerName.none, let source, source != .mlflow {
      section.problems.add(
        section.line(of: "pruner"),
        "\(section.joined("pruner")): trials are followed by what they log through MLflow; "
          + "remove the pruner, or 'read'")
    }
    guard !objectives.isEmpty, let space, let source else { return nil }
    let limits = limits(section, beside: objectives)
    checkSeveral(objectives, limits, source, section)
    var search = CommandSearch(
      space: space, objectives: objectives, source: source, trials: trials,
      timeMs: timeMs, sampler: sampler ?? .tpe, pruner: pruner ?? PrunerName.none,
      seed: UInt64(seed ?? 7), steps: steps, parallel: parallel,
      stopBelow: section.positive("stop_below"))
    search.limits = limits
    search.warmStart = warmStart(section)
    search.repeats = section.integer("repeats", in: 1...100) ?? 1
    if search.repeats > 1, search.pruner != .none {
      section.problems.add(
        section.line(of: "pruner"),
        "\(section.joined("pruner")): points that are measured several times are stopped between "
          + "their measurements; remove the pruner, or 'repeats'")
    }
    search.isByArrays = section.isTrue("array") ?? false
    if search.isByArrays, search.repeats > 1 {
      section.problems.add(
        section.line(of: "array"),
        "\(section.joined("array")): whether a point is measured again depends on how it was, so its "
          + "measurements go one by one; remove the key, or 'repeats'")
    }
    allocations(section, &search)
    return search
  }

  private static func allocations(_ section: SectionReader, _ search: inout CommandSearch) {
    search.allocations = section.integer("allocations", in: 1...1_000)
    search.allocationTimeMs = section.timeSpan("allocation_time")
    if search.allocations != nil, search.isByArrays {
      section.problems.add(
        section.line(of: "allocations"),
        "\(section.joined("allocations")): trials run in allocations or go as arrays; remove the key, or "
          + "'array'")
    }
    if section.has("allocation_time"), !section.has("allocations") {
      section.problems.add(
        section.line(of: "allocation_time"),
        "\(section.joined("allocation_time")): it is the time of each of the `allocations`, which are not there"
      )
    }
  }

  /// Identifiers or names of studies whose best points are tried first.
  static func warmStart(_ section: SectionReader) -> [String] {
    section.texts(
      "warm_start",
      "a list of studies, such as `aifactory studies list` shows, by their "
        + "identifiers or names") ?? []
  }

  /// The space in the words of space files; parameters by name, or as their list.
  private static func space(_ section: SectionReader) -> SearchSpace? {
    guard let parameters = section.node("parameters") else { return nil }
    var members = [JSONMember("parameters", parameters.json)]
    for key in ["constraints", "forbidden", "initial"] {
      if let node = section.node(key) { members.append(JSONMember(key, node.json)) }
    }
    do throws(OptimizationError) {
      let space = try SearchSpace(json: .object(members))
      guard !space.parameters.isEmpty else {
        section.problems.add(parameters.line, "\(section.joined("parameters")): none is there")
        return nil
      }
      return space
    } catch {
      section.problems.add(
        parameters.line,
        "\(section.joined("parameters")): \(error.message)" + (error.hint.map { "; \($0)" } ?? ""))
      return nil
    }
  }

  /// Where values come from: MLflow, a file, or the output.
  private static func source(_ section: SectionReader) -> CommandSearch.Source? {
    guard let node = section.node("read") else { return .mlflow }
    if node.text == "mlflow" { return .mlflow }
    guard case .mapping(let entries) = node.content, entries.count == 1,
      let reader = section.section("read", known: ["file", "output"])
    else {
      section.refuse(
        "read", expected: "mlflow, {file: PATH} or {output: PATTERN}", found: node)
      return nil
    }
    if let path = reader.text("file", "a path below the trial's folder") {
      let parts = path.split(separator: "/", omittingEmptySubsequences: false)
      guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
        reader.problems.add(
          reader.line(of: "file"),
          "\(reader.joined("file")): expected a path below the trial's folder, such as "
            + "metrics.json; the command finds the folder as {trial_dir}")
        return nil
      }
      return .file(path)
    }
    guard let text = reader.text("output", "a regular expression in quotes") else { return nil }
    do throws(CommandProblem) {
      return .output(try LinePattern(text))
    } catch {
      reader.problems.add(
        reader.line(of: "output"), "\(reader.joined("output")): \(error.message)")
      return nil
    }
  }
}
