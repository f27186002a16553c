internal import Basics
internal import DataPipelines

/// The workflow file: YAML 1.2 whose every key is known, checked before anything runs.
public enum WorkflowFile {
  /// Reads a workflow file.
  ///
  /// - Parameters:
  ///   - text: its content.
  ///   - path: how the user named it, for the messages.
  /// - Throws: all problems of the file at once, in the order of its lines.
  public static func parse(
    text: String, path: String
  ) throws(WorkflowFileError) -> WorkflowDefinition {
    let root: YAMLNode
    do throws(YAMLError) {
      root = try YAMLDocument.parse(text, file: path)
    } catch {
      throw WorkflowFileError(
        path: path,
        problems: [
          WorkflowFileError.Problem(
            line: error.line, message: error.problem + (error.hint.map { "; \($0)" } ?? ""))
        ])
    }
    let problems = ProblemList()
    let definition = definition(root, problems)
    guard let definition, problems.problems.isEmpty else {
      throw WorkflowFileError(
        path: path, problems: problems.problems.sorted { $0.line < $1.line })
    }
    return definition
  }

  private static func definition(
    _ root: YAMLNode, _ problems: ProblemList
  ) -> WorkflowDefinition? {
    let file = SectionReader(
      root, path: "", known: ["name", "data", "train", "evaluate", "register", "deploy"],
      later: [
        "improve":
          "improvement on drift, outcomes or a schedule is not possible yet; remove the key"
      ], problems: problems)
    file.require("name", "what the workflow and its dataset are called")
    let name = file.name("name", of: "workflow")
    let data = DataSectionParser.parse(file)
    let train = TrainSectionParser.parse(file)
    let isByCommand = CommandSectionParser.isMeant(by: file)
    // A command may find its data itself.
    if !isByCommand {
      file.require("data", "which table to read and which column to predict")
    }
    let evaluate = EvaluateSectionParser.parse(file, train: train)
    let model = file.section(
      "register", known: ["model"],
      later: ["site": "a model is registered here, without a job; remove the key"]
    ).flatMap { section in
      section.require("model", "the name under which the model is registered")
      return section.name("model", of: "model")
    }
    let (endpoint, deployPlace) = deployment(file)
    checkStages(file, problems)
    if isByCommand { checkStagesAfterCommand(file, problems) }
    guard let name, data != nil || train?.command != nil else { return nil }
    var definition = WorkflowDefinition(name: name, data: data)
    definition.train = train
    definition.evaluate = evaluate
    definition.model = model
    definition.endpoint = endpoint
    definition.deployPlace = deployPlace
    splitForecastByTime(&definition, file)
    checkTogether(definition, file)
    return definition
  }

  private static func deployment(_ file: SectionReader) -> (endpoint: String?, place: StagePlace) {
    let section = file.section(
      "deploy", known: ["endpoint"] + StagePlaceParser.known,
      later: ["canary": "sharing traffic between versions is not possible yet; remove the key"])
    guard let section else { return (nil, StagePlace()) }
    section.require("endpoint", "the name of the URL that answers predictions")
    return (
      section.name("endpoint", of: "endpoint"),
      StagePlaceParser.parse(section, program: "a replica", takesAllCores: false)
    )
  }

  /// Each stage needs those before it.
  private static func checkStages(_ file: SectionReader, _ problems: ProblemList) {
    for stage in ["evaluate", "register", "deploy"] where file.has(stage) && !file.mentions("train")
    {
      problems.add(file.line(of: stage), "\(stage): needs a 'train' section, which makes the model")
    }
    if file.has("deploy"), !file.has("register") {
      problems.add(
        file.line(of: "deploy"),
        "deploy: needs a 'register' section, such as 'register: {model: NAME}'")
    }
  }

  /// What the factory can do with a model that it did not make.
  private static func checkStagesAfterCommand(_ file: SectionReader, _ problems: ProblemList) {
    if file.has("evaluate") {
      problems.add(
        file.line(of: "evaluate"),
        "evaluate: what a command trains, it measures itself; let it log its metrics, and remove "
          + "the section")
    }
    if file.has("deploy") {
      problems.add(
        file.line(of: "deploy"),
        "deploy: a model that a command logged needs its packages first; remove the section, and "
          + "use `aifactory endpoints deploy NAME --model MODEL` after the run")
    }
  }

  /// A forecast is measured on rows later than those it learned from, or it would be flattered.
  private static func splitForecastByTime(
    _ definition: inout WorkflowDefinition, _ file: SectionReader
  ) {
    guard let train = definition.train, train.task == .forecasting, let time = train.time,
      let data = definition.data
    else { return }
    guard data.isSplitRuleGiven else {
      definition.data?.split.rule = .time(column: time)
      return
    }
    if case .time = data.split.rule { return }
    file.problems.add(
      file.line(of: "data"),
      "data.split.by: a forecast is measured on later rows; "
        + "expected {time: \(time)}, or nothing, which means the same")
  }

  /// What one section alone cannot know.
  private static func checkTogether(_ definition: WorkflowDefinition, _ file: SectionReader) {
    guard let train = definition.train, train.command == nil, let data = definition.data else {
      return
    }
    if data.testSource == nil, data.split.test == 0 {
      file.problems.add(
        file.line(of: "data"),
        "data.split.test: a model is tested on rows of its own; "
          + "expected a share above 0, or a 'test_source'")
    }
    let uses = [("train.time", train.time), ("train.series", train.series)]
    for case (let key, let column?) in uses where column == data.target {
      file.problems.add(
        file.line(of: "train"), "\(key): \(visible(column)) is the target, which is predicted")
    }
  }
}
