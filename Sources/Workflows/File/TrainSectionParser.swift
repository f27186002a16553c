internal import Basics
internal import DataPipelines
internal import JobProtocol
internal import Optimization
internal import Training

/// Reads the `train` section.
enum TrainSectionParser {
  private static let known = [
    "task", "metric", "positive", "time", "series", "horizon", "frequency", "search", "site",
    "resources", "restart",
  ]
  private static let later = [
    "code": "the built-in trainer brings its own code; remove the key",
    "environment": "the built-in trainer needs no environment; remove the key",
  ]

  static func parse(_ file: SectionReader) -> WorkflowDefinition.TrainSection? {
    guard file.has("train") else {
      return file.mentions("train") ? WorkflowDefinition.TrainSection() : nil
    }
    if CommandSectionParser.isMeant(by: file) { return CommandSectionParser.parse(file) }
    guard let section = file.section("train", known: known, later: later) else { return nil }
    var train = WorkflowDefinition.TrainSection()
    train.task = section.word("task", among: LearningTask.allCases.map(\.rawValue))
      .flatMap(LearningTask.init(rawValue:))
    readForecast(section, into: &train)
    train.positive = section.text("positive", "a class of the target")
    if section.has("positive"), let task = train.task, task != .classification {
      section.problems.add(
        section.line(of: "positive"),
        "train.positive: names a class, but the task is \(task.rawValue)")
    }
    train.metric = MetricWords.read("metric", of: section, task: train.task)
    if let search = section.section(
      "search",
      known: ["trials", "time", "sampler", "pruner", "seed", "stop_below", "warm_start"],
      later: laterInSearch)
    {
      train.search = Self.search(search)
      train.warmStart = CommandSearchParser.warmStart(search)
    }
    train.place = StagePlaceParser.parse(section, program: "the built-in trainer")
    train.restart = restart(section)
    return train
  }

  private static func readForecast(
    _ section: SectionReader, into train: inout WorkflowDefinition.TrainSection
  ) {
    train.time = section.text("time", "the name of a column")
    train.series = section.text("series", "the name of a column")
    train.horizon = section.integer("horizon", in: 1...10_000)
    if let node = section.node("frequency") {
      train.frequency = node.text
      if node.text?.wholeMatch(of: /[1-9][0-9]{0,5}(s|m|min|h|d|w|mo|q|y)/) == nil {
        section.refuse(
          "frequency", expected: "a step such as 15min, 1h, 1d, 1w, 1mo, 1q or 1y", found: node)
      }
    }
    let keys = ["time", "series", "horizon", "frequency"].filter(section.has)
    if let task = train.task, task != .forecasting {
      for key in keys {
        section.problems.add(
          section.line(of: key),
          "\(section.joined(key)): belongs to forecasting, but the task is \(task.rawValue)")
      }
    } else if train.task == .forecasting || !keys.isEmpty {
      section.require("time", "forecasting needs the column that orders the rows")
      train.task = .forecasting
    }
  }

  private static let laterInSearch = [
    "parameters": "a search space of your own belongs to a 'train.command'; remove the key",
    "metric": "belongs to a 'train.command'; write 'train.metric'",
    "goal": "belongs to a 'train.command'; the metric knows its direction",
    "array": "belongs to a 'train.command'; the built-in search is one job",
    "parallel": "belongs to a 'train.command'; the built-in search is one job",
  ]

  private static func search(_ section: SectionReader) -> TrainingRequest.Search {
    var search = TrainingRequest.Search(trials: nil, timeMs: nil)
    search.trials = section.integer("trials", in: 1...100_000)
    search.timeMs = section.timeSpan("time")
    if !section.has("trials"), !section.has("time") {
      (search.trials, search.timeMs) = (40, 120_000)
    }
    if let sampler = section.word("sampler", among: SamplerName.allCases.map(\.rawValue)) {
      search.sampler = sampler
    }
    if let pruner = section.pruner("pruner") { search.pruner = pruner.rawValue }
    if let seed = section.integer("seed", in: 0...Int.max) { search.seed = UInt64(seed) }
    search.stopBelow = section.positive("stop_below")
    return search
  }

  static func restart(_ section: SectionReader) -> JobRestart? {
    guard let restart = section.section("restart", known: ["on", "at_most"]) else { return nil }
    restart.require("on", "the ends after which it goes on, such as [timeout, node_failure]")
    let words = restart.words("on", among: JobRestart.Cause.allCases.map(\.rawValue))
    let atMost = restart.integer("at_most", in: 1...JobRestart.mostCount)
    return words.map { words in
      JobRestart(
        on: words.compactMap(JobRestart.Cause.init(rawValue:)),
        atMost: atMost ?? JobRestart.usualCount)
    }
  }
}
