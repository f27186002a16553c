import Basics
import JobProtocol
import Optimization
import Testing

@testable import Workflows

@Suite struct CommandFileTests {
  private func definition(_ text: String) throws -> WorkflowDefinition {
    try WorkflowFile.parse(text: text, path: "w.yaml")
  }

  @Test func `a search over a command's parameters is read as the design writes it`() throws {
    let definition = try definition(
      """
      name: w
      train:
        command: python train.py --lr {lr} --depth {depth}
        resources: {cpus: 4, gpus: 1, memory: 16GB, time: 2h}
        search:
          parameters: {lr: {log_uniform: [1e-5, 1e-1]}, depth: {int: [2, 8]}, act: {choice: [relu, gelu]}}
          metric: val_loss
          goal: minimize
          trials: 200
      register: {model: m}

      """)
    #expect(definition.stages == [.train, .register])
    let training = try #require(definition.train?.command)
    #expect(
      training.command.words == ["python", "train.py", "--lr", "{lr}", "--depth", "{depth}"])
    #expect(
      training.resources
        == JobResources(
          cpus: 4, memoryBytes: 16_000_000_000, gpus: 1, timeLimitMs: 7_200_000))
    let search = try #require(training.search)
    #expect(
      search.space.parameters == [
        SearchParameter("lr", .float(low: 1e-5, high: 1e-1, log: true)),
        SearchParameter("depth", .int(low: 2, high: 8, log: false)),
        SearchParameter("act", .categorical(["relu", "gelu"])),
      ])
    #expect(search.metric == "val_loss" && search.goal == .minimize && search.trials == 200)
    #expect(search.source == .mlflow && search.sampler == .tpe && search.pruner == .none)
    #expect(search.timeMs == nil && search.parallel == nil && search.seed == 7)
  }

  @Test func `an environment is read in each of its kinds`() throws {
    func training(_ environment: String) throws -> CommandTraining? {
      try definition(
        "name: w\ntrain:\n  command: t\n  environment: \(environment)\n"
      ).train?.command
    }
    let python = try training("{modules: [gcc, python/3.12], python: requirements.txt}")
    #expect(python?.software == JobSoftware(modules: ["gcc", "python/3.12"]))
    #expect(python?.requirementsFile == "requirements.txt")
    let container = try training("{container: docker://python:3.12}")
    #expect(container?.software == JobSoftware(container: "docker://python:3.12"))
    #expect(try definition("name: w\ntrain: {command: t}\n").train?.command?.software == nil)
  }

  @Test func `a command may run on several nodes of a site`() throws {
    let several = try definition(
      "name: w\ntrain: {command: t, site: hpc, resources: {cpus: 8, nodes: 4}}\n")
    #expect(several.train?.command?.nodes == 4)
    #expect(several.train?.command?.resources == JobResources(cpus: 8))
    let one = try definition("name: w\ntrain: {command: t, resources: {nodes: 1}}\n")
    #expect(one.train?.command?.nodes == 1)
  }

  @Test func `a command may bring its code along`() throws {
    let definition = try definition("name: w\ntrain: {command: t, code: ..}\n")
    #expect(definition.train?.command?.codeFolder == "..")
    #expect(try self.definition("name: w\ntrain: {command: t}\n").train?.command?.codeFolder == nil)
  }

  @Test func `a data stage may have a command that makes its tables`() throws {
    func command(_ words: String) throws -> DataCommand? {
      try definition("name: w\ndata:\n  source: raw/*.wav\n  target: y\n  \(words)\n").data?.command
    }
    let full = try #require(
      try command(
        """
        prepare:
            command: python features.py --part={shard} --of={shards}
            outputs: [features.parquet, ./more/]
            shards: 16
            code: src
            environment: {python: requirements.txt}
            site: hpc
            resources: {cpus: 2, gpus: 1, memory: 8GB, time: 1h}
            restart: {on: [node_failure]}
        """))
    #expect(
      full.command.filled(["shard": "3", "shards": "16"]) == [
        "python", "features.py", "--part=3", "--of=16",
      ])
    #expect(full.outputs == JobOutputs(paths: ["features.parquet", "more"]))
    #expect(full.shards == 16 && full.codeFolder == "src" && full.site == "hpc")
    #expect(full.requirementsFile == "requirements.txt")
    #expect(
      full.resources
        == JobResources(cpus: 2, memoryBytes: 8_000_000_000, gpus: 1, timeLimitMs: 3_600_000))
    #expect(full.restart == JobRestart(on: [.nodeFailure]))
    let short = try command("prepare: {command: x, outputs: a.csv, code: ., site: local}")
    #expect(short?.outputs == JobOutputs(paths: ["a.csv"]))
    #expect(short?.shards == 1 && short?.site == nil && short?.resources == JobResources())
    #expect(try command("class: internal") == nil)
  }

  @Test func `the trials of a search may share few allocations of a site`() throws {
    func search(_ words: String, site: String = "site: hpc, ") throws -> CommandSearch? {
      try definition(
        "name: w\ntrain: {command: t, \(site)search: {parameters: {a: {int: [1, 2]}}, metric: m, \(words)}}\n"
      ).train?.command?.search
    }
    let packed = try #require(try search("allocations: 3, allocation_time: 8h"))
    #expect(packed.allocations == 3 && packed.allocationTimeMs == 28_800_000)
    #expect(packed.places(slots: nil) == 6, "16 trials at a time in all")
    #expect(try search("allocations: 4, parallel: 2")?.places(slots: nil) == 1)
    #expect(try search("trials: 5")?.allocations == nil)
    #expect(throws: WorkflowFileError.self) { try search("allocations: 3", site: "") }
    #expect(throws: WorkflowFileError.self) { try search("allocations: 3, array: true") }
    #expect(throws: WorkflowFileError.self) { try search("allocation_time: 8h") }
  }

  @Test func `rules, conditions and where the metric stands are read`() throws {
    let definition = try definition(
      """
      name: w
      data: {source: a.csv, target: y}
      train:
        command: [sh, -c, "train --solver {solver}"]
        site: tank
        restart: {on: [timeout]}
        search:
          parameters:
            solver: {choice: [adam, sgd]}
            momentum: {uniform: [0, 1], when: {solver: [sgd]}}
            width: {ordinal: [16, 32]}
          forbidden: [{solver: adam, width: 16}]
          initial: [{solver: sgd, momentum: 0.9, width: 32}]
          metric: acc
          goal: maximize
          read: {output: 'acc=(\\S+)'}
          time: 10m
          parallel: 3
          array: true
          stop_below: 1e-3
          warm_start: [study_0123456789abcdefghjkmnpqrs, spring search]

      """)
    #expect(definition.stages == [.data, .train])
    let search = try #require(definition.train?.command?.search)
    #expect(search.space.parameters[1].condition == .init(parent: "solver", values: ["sgd"]))
    #expect(search.space.forbidden.count == 1 && search.space.initialPoints.count == 1)
    #expect(search.goal == .maximize && search.timeMs == 600_000 && search.trials == nil)
    #expect(search.source == .output(try LinePattern(#"acc=(\S+)"#)) && search.parallel == 3)
    #expect(search.stopBelow == 0.001)
    #expect(search.isByArrays)
    #expect(search.warmStart == ["study_0123456789abcdefghjkmnpqrs", "spring search"])
    #expect(definition.train?.place.site == "tank")
    #expect(definition.train?.restart == JobRestart(on: [.timeout]))
  }

  @Test func `a search may limit what is measured, and what it costs`() throws {
    let search = try #require(
      try definition(
        "name: w\ntrain:\n  command: t {a}\n  search: {parameters: {a: {int: [1, 2]}}, metric: loss, "
          + "limits: {latency: {most: 50}, seconds: {most: 9}, recall: {least: 0.8, most: 1}}}\n"
      ).train?.command?.search)
    #expect(
      search.limits.map(\.text) == [
        "latency <= 50.0", "seconds <= 9.0", "recall >= 0.8", "recall <= 1.0",
      ])
    #expect(search.limits.map(\.cost) == [nil, .seconds, nil, nil])
    #expect(search.measured == ["loss", "latency", "recall"])
    #expect(search.limits.map { $0.constraint(of: 0.5) } == [-49.5, -8.5, 0.8 - 0.5, -0.5])
    let own = try #require(
      try definition(
        "name: w\ntrain:\n  command: t {a}\n  search: {parameters: {a: {int: [1, 2]}}, metric: seconds, "
          + "limits: {seconds: {most: 9}, joules: {most: 5}}}\n"
      ).train?.command?.search)
    #expect(own.limits.map(\.cost) == [nil, .joules] && own.measured == ["seconds"])
  }

  @Test func `a search may have several goals, its cost among them`() throws {
    func objectives(_ words: String, resources: String = "{cpus: 1}") throws
      -> [CommandSearch.Objective]?
    {
      try definition(
        "name: w\ntrain:\n  command: t {a}\n  resources: \(resources)\n  search: "
          + "{parameters: {a: {int: [1, 2]}}, \(words)}\n"
      ).train?.command?.search?.objectives
    }
    let several = try #require(
      try objectives("goals: {loss: minimize, acc: maximize}, cost: joules"))
    #expect(several.map(\.metric) == ["loss", "acc", "joules"])
    #expect(several.map(\.goal) == [.minimize, .maximize, .minimize])
    #expect(several.map(\.cost) == [nil, nil, .joules])
    let dear = try #require(
      try objectives(
        "metric: acc, goal: maximize, cost: gpu_hours", resources: "{cpus: 1, gpus: 2}"))
    #expect(dear.map(\.metric) == ["acc", "gpu_hours"])
    #expect(try objectives("metric: acc")?.count == 1)
    let repeated = try definition(
      "name: w\ntrain: {command: t, search: {parameters: {a: {int: [1, 2]}}, metric: l, repeats: 5}}\n"
    )
    #expect(repeated.train?.command?.search?.repeats == 5)
  }

  @Test func `a command may run once, without a search and without data`() throws {
    let definition = try definition("name: w\ntrain: {command: ./train.sh}\n")
    #expect(definition.stages == [.train])
    #expect(definition.train?.command?.search == nil)
    #expect(definition.train?.command?.resources == JobResources())
  }

  private static let search = "search: {metric: l, parameters: {lr: {uniform: [0, 1]}}}"
  private static func train(_ text: String) -> String { "name: w\ntrain:\n  \(text)\n" }

  static let mistakes: [(String, String)] = [
    (
      train("command: t\n  code: [a]"),
      "w.yaml:4: train.code: expected a folder, such as ., found a list"
    ),
    (
      train("command: t --lr {lrr}\n  \(search)"),
      "w.yaml:3: train.command: no parameter is named 'lrr'; did you mean {lr}?"
    ),
    (
      train("command: t {anything}"),
      "w.yaml:3: train.command: no parameter is named 'anything'; write {{anything}} for the text "
        + "itself"
    ),
    (
      train("command: t | tee log"),
      "w.yaml:3: train.command: '|' means something to a shell alone; write [sh, -c, \"…\"]"
    ),
    (
      train("command: t\n  environment: {container: a.sif, modules: [b]}"),
      "w.yaml:4: train.environment: a container holds its own software; remove the other keys"
    ),
    (
      train("command: t\n  environment: {pyhton: a.txt}"),
      "w.yaml:4: unknown key 'pyhton' in train.environment; did you mean 'python'?"
    ),
    (
      train("command: t\n  search: {metric: l}"),
      "w.yaml:4: train.search: 'parameters' is missing: what may be tried, such as "
        + "{lr: {log_uniform: [1e-5, 0.1]}}"
    ),
    (
      train("command: t\n  search: {parameters: {lr: {uniform: [0, 1]}}}"),
      "w.yaml:4: train.search: 'metric' is missing: what is optimized, such as val_loss"
    ),
    (
      train("command: t\n  search: {metric: l, parameters: {lr: {unifrom: [0, 1]}}}"),
      "w.yaml:4: train.search.parameters: the parameter lr has an unknown word unifrom; "
        + "did you mean uniform?"
    ),
    (
      train("command: t\n  search: {metric: l, parameters: {trial: {uniform: [0, 1]}}}"),
      "w.yaml:4: train.search.parameters: {trial} is the trial's own; give the parameter another "
        + "name"
    ),
    (
      train(
        "command: t\n  search: {metric: l, read: {file: ../x}, parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:4: train.search.read.file: expected a path below the trial's folder, such as "
        + "metrics.json; the command finds the folder as {trial_dir}"
    ),
    (
      train(
        "command: t\n  search: {metric: l, read: {output: '(a'}, parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:4: train.search.read.output: a '(' without its ')', at character 3"
    ),
    (
      train(
        "command: t\n  search: {metric: l, pruner: median, read: {file: m}, "
          + "parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:4: train.search.pruner: trials are followed by what they log through MLflow; remove "
        + "the pruner, or 'read'"
    ),
    (
      train("command: t\n  search: {metric: l, stop_below: 0, parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:4: train.search.stop_below: expected a number above 0, found 0.0"
    ),
    (
      train("command: t\n  search: {goals: {l: least}, parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:4: train.search.goals.l: expected minimize or maximize, found the text 'least'"
    ),
    (
      train("command: t\n  search: {goals: [l], parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:4: train.search.goals: expected metrics with a goal each, such as {val_loss: minimize, "
        + "accuracy: maximize}, found a list"
    ),
    (
      train(
        "command: t\n  search: {metric: l, goals: {l: minimize}, parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:4: train.search.metric: the metrics stand in 'goals'; remove the key"
    ),
    (
      train(
        "command: t\n  search: {metric: l, cost: seconds, stop_below: 1, "
          + "parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:4: train.search.stop_below: judges by one value, and the search has 2 goals; remove "
        + "the key"
    ),
    (
      train(
        "command: t\n  search: {goals: {l: minimize, m: minimize}, read: {output: x}, "
          + "parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:4: train.search.read.output: a pattern reads one metric; log several through MLflow, "
        + "or write them into a JSON file"
    ),
    (
      train("command: t\n  search: {metric: l, limits: [l], parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:4: train.search.limits: expected bounds of what is measured, such as {latency_ms: "
        + "{most: 50}, recall: {least: 0.8}}, found a list"
    ),
    (
      train("command: t\n  search: {metric: l, limits: {m: 5}, parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:4: train.search.limits.m: expected {most: NUMBER} or {least: NUMBER}, found the number 5"
    ),
    (
      train(
        "command: t\n  search: {metric: l, limits: {m: {max: 5}}, parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:4: train.search.limits.m: expected most or least with a number, found 'max' with the "
        + "number 5"
    ),
    (
      train(
        "command: t\n  search: {metric: l, limits: {m: {most: 5}}, read: {output: x}, "
          + "parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:4: train.search.read.output: a pattern reads one metric; log several through MLflow, "
        + "or write them into a JSON file"
    ),
    (
      train(
        "command: t\n  search: {metric: l, limits: {gpu_hours: {most: 1}}, "
          + "parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:4: train.search.limits: trials without `resources: {gpus: …}` cost no gpu_hours"
    ),
    (
      train("command: t\n  search: {metric: l, cost: gpu_hours, parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:4: train.search.cost: trials without `resources: {gpus: …}` cost no gpu_hours"
    ),
    (
      train("command: t\n  search: {metric: joules, cost: joules, parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:4: train.search.cost: a metric is called joules, too; remove one"
    ),
    (
      train(
        "command: t\n  search: {metric: l, repeats: 3, pruner: median, "
          + "parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:4: train.search.pruner: points that are measured several times are stopped between "
        + "their measurements; remove the pruner, or 'repeats'"
    ),
    (
      train(
        "command: t\n  search: {metric: l, repeats: 3, array: true, parameters: {a: {int: [1, 2]}}}"
      ),
      "w.yaml:4: train.search.array: whether a point is measured again depends on how it was, so its "
        + "measurements go one by one; remove the key, or 'repeats'"
    ),
    (
      train("command: t\n  search: {metric: l, array: yes, parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:4: train.search.array: expected true, found the text 'yes'"
    ),
    (
      train(
        "command: t\n  site: hpc\n  resources: {nodes: 2}\n  "
          + "search: {metric: l, array: true, parameters: {a: {int: [1, 2]}}}"),
      "w.yaml:6: train.search.array: jobs on several nodes go to Slurm one by one; remove the key, or "
        + "'resources.nodes'"
    ),
    (
      train("command: t\n  resources: {nodes: 2}"),
      "w.yaml:4: train.resources.nodes: this machine is one node; name a Slurm cluster with `site`"
    ),
    (
      train("command: t\n  site: hpc\n  resources: {nodes: 0}"),
      "w.yaml:5: train.resources.nodes: expected a whole number from 1 to 10000, found the number 0"
    ),
    (
      train(
        "command: t\n  site: hpc\n  resources: {nodes: 2}\n  code: .\n"
          + "  environment: {container: a.sif}"),
      "w.yaml:6: train.code: a container on several nodes takes no code along; put it into the image"
    ),
    (
      train("command: t\nevaluate: {}"),
      "w.yaml:4: evaluate: what a command trains, it measures itself; let it log its metrics, and "
        + "remove the section"
    ),
    (
      train("command: t\nregister: {model: m}\ndeploy: {endpoint: e}"),
      "w.yaml:5: deploy: a model that a command logged needs its packages first; remove the "
        + "section, and use `aifactory endpoints deploy NAME --model MODEL` after the run"
    ),
  ]

  @Test(arguments: mistakes)
  func `a mistake is told with its line`(text: String, message: String) {
    #expect {
      try definition(text)
    } throws: { error in
      let told = (error as? WorkflowFileError)?.message
      return told == message
    }
  }
}
