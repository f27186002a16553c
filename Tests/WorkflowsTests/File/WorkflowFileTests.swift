import DataPipelines
import Experimentation
import JobProtocol
import Testing
import Training

@testable import Workflows

@Suite struct WorkflowFileTests {
  static let minimal = """
    name: wine
    data: {source: wine.csv, target: quality}

    """

  @Test func `the file of the reference is read key by key`() throws {
    let definition = try WorkflowFile.parse(
      text: """
        name: wine-quality
        data:
          source: wine-quality.csv
          where: "alcohol > 0"
          derive: {ratio: "sulphates / chlorides"}
          join: {source: sites.csv, using: [site]}
          target: quality
          exclude: [id]
          checks:
            - {column: alcohol, between: [5, 20]}
            - {column: pH, not_null: true}
            - {rows: {at_least: 1000}}
          split: {by: {group: producer}, test: 0.25, validation: 0.1, seed: 3}
        train:
          task: regression
          metric: rmse
          search: {trials: 40, time: 120s, sampler: tpe, pruner: successive_halving, seed: 7}
          site: local
          restart: {on: [timeout, preemption, node_failure], at_most: 3}
        evaluate:
          gates:
            - {metric: rmse, at_most: 0.75}
            - {slice: type, metric: rmse, max_gap: 0.15}
        register: {model: wine-quality}
        deploy: {endpoint: wine-quality}
        """, path: "wine.yaml")
    #expect(definition.name == "wine-quality")
    #expect(definition.data?.where == "alcohol > 0")
    #expect(definition.data?.derive == [.init(name: "ratio", sql: "sulphates / chlorides")])
    #expect(definition.data?.join == [.init(source: "sites.csv", using: ["site"])])
    #expect(definition.data?.exclude == ["id"])
    #expect(
      definition.data?.checks == [
        .init(column: "alcohol", between: [5, 20]), .init(column: "pH", notNull: true),
        .init(rowsAtLeast: 1000),
      ])
    #expect(
      definition.data?.split
        == .init(rule: .group(column: "producer"), test: 0.25, validation: 0.1, seed: 3))
    #expect(definition.train?.task == .regression)
    #expect(definition.train?.search == .init(trials: 40, timeMs: 120_000, seed: 7))
    #expect(
      definition.train?.restart == .init(on: [.timeout, .preemption, .nodeFailure], atMost: 3))
    #expect(
      definition.evaluate.gates == [
        Gate(metric: "rmse", atMost: 0.75), Gate(metric: "rmse", slice: "type", maxGap: 0.15),
      ])
    #expect(definition.stages == [.data, .train, .evaluate, .register, .deploy])
  }

  @Test func `without a train section a workflow makes a dataset and nothing else`() throws {
    let definition = try WorkflowFile.parse(text: Self.minimal, path: "w.yaml")
    #expect(definition.stages == [.data])
    #expect(definition.data?.split == .init())
  }

  @Test func `each stage that is a job says where it runs and what it may use`() throws {
    let definition = try WorkflowFile.parse(
      text: """
        name: w
        data: {source: a.csv, target: y, site: hpc, resources: {cpus: 8, memory: 4GB, time: 1h}}
        train: {site: gpu, resources: {cpus: 16}}
        evaluate: {site: local, resources: {time: 5m}}
        """, path: "w.yaml")
    var data = StagePlace()
    (data.site, data.cpus) = ("hpc", 8)
    (data.memoryBytes, data.timeLimitMs) = (4_000_000_000, 3_600_000)
    #expect(definition.data?.place == data)
    var train = StagePlace()
    (train.site, train.cpus) = ("gpu", 16)
    #expect(definition.train?.place == train)
    var evaluate = StagePlace()
    evaluate.timeLimitMs = 300_000
    #expect(definition.evaluate.place == evaluate, "local is this machine")
    #expect(evaluate.resources(cores: 3).cpus == 3)
  }

  @Test func `an empty train section takes the defaults`() throws {
    let definition = try WorkflowFile.parse(text: Self.minimal + "train:\n", path: "w.yaml")
    #expect(definition.train?.search == .init(trials: 40, timeMs: 120_000))
    #expect(definition.stages == [.data, .train, .evaluate])
  }

  @Test func `a search bound by trials alone has no time limit`() throws {
    let definition = try WorkflowFile.parse(
      text: Self.minimal + "train: {search: {trials: 5}}\n", path: "w.yaml")
    #expect(definition.train?.search == .init(trials: 5, timeMs: nil))
  }

  @Test func `a test source takes the place of the test share`() throws {
    let definition = try WorkflowFile.parse(
      text: "name: w\ndata: {source: a.csv, test_source: b.csv, target: y}\ntrain: {}\n",
      path: "w.yaml")
    #expect(definition.data?.split.test == 0)
    #expect(definition.data?.split.validation == 0.2)
  }

  @Test func `a test source may have a join, a condition and columns of its own`() throws {
    let definition = try WorkflowFile.parse(
      text: """
        name: w
        data:
          source: a.csv
          test_source:
            source: b.csv
            join: {source: c.csv, using: [unit]}
            where: "step = last"
            derive: {last: "max(step) OVER ()", y: "rest + 1"}
          target: y
        """, path: "w.yaml")
    let test = try #require(definition.data?.testSource)
    #expect(test.source == "b.csv")
    #expect(test.join == [.init(source: "c.csv", using: ["unit"])])
    #expect(test.where == "step = last")
    #expect(test.derive.map(\.name) == ["last", "y"])
    #expect(definition.data?.split.test == 0)
  }

  @Test func `a test source without a source is told with its line`() {
    let error = #expect(throws: WorkflowFileError.self) {
      try WorkflowFile.parse(
        text: "name: w\ndata:\n  source: a.csv\n  target: y\n  test_source: {where: \"x > 1\"}\n",
        path: "w.yaml")
    }
    #expect(error?.problems.map(\.line) == [5])
    #expect(
      error?.problems.first?.message
        == "data.test_source: 'source' is missing: the file, glob, folder or URL of the test rows")
  }

  @Test func `a time column means forecasting`() throws {
    let definition = try WorkflowFile.parse(
      text: Self.minimal + "train: {time: day, horizon: 7, frequency: 1d}\n", path: "w.yaml")
    #expect(definition.train?.task == .forecasting)
    #expect(definition.train?.frequency == "1d")
  }

  @Test func `words of YAML 1_1 stay words and numbers are numbers`() throws {
    let definition = try WorkflowFile.parse(
      text: """
        name: w
        data:
          source: a.csv
          target: on
          checks: [{column: yes, one_of: [no, "1", 2]}]
        """, path: "w.yaml")
    #expect(definition.data?.target == "on")
    #expect(definition.data?.checks == [.init(column: "yes", oneOf: ["no", "1", "2"])])
  }

  @Test func `all problems are told at once, in the order of lines`() {
    #expect(throws: WorkflowFileError.self) {
      try WorkflowFile.parse(
        text: """
          name: a/b
          data:
            source: x.csv
            tarqet: y
          train: {metric: rsme}
          """, path: "w.yaml")
    }
    let error = #expect(throws: WorkflowFileError.self) {
      try WorkflowFile.parse(
        text: "name: a/b\ndata:\n  source: x.csv\n  tarqet: y\ntrain: {metric: rsme}\n",
        path: "w.yaml")
    }
    #expect(error?.problems.map(\.line) == [1, 2, 4, 5])
    #expect(error?.code == .workflowFileInvalid)
  }

  @Test func `a file that only asks for what comes later says so by its code`() {
    let error = #expect(throws: WorkflowFileError.self) {
      try WorkflowFile.parse(
        text: Self.minimal + "improve: {when: {every: 7d}}\n", path: "w.yaml")
    }
    #expect(error?.code == .notYetPossible)
  }
}
