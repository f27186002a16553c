import Testing

@testable import Workflows

/// A file with one mistake and the exact message about it.
struct WorkflowMistake: Sendable, CustomTestStringConvertible {
  var text: String
  var message: String
  var testDescription: String { message }

  init(_ text: String, _ message: String) {
    self.text = text
    self.message = message
  }

  /// A mistake in the `data` section, whose keys start in line 3.
  static func data(_ line: String, _ message: String) -> WorkflowMistake {
    WorkflowMistake("name: w\ndata:\n  \(line)\n  source: a.csv\n  target: y\n", message)
  }

  /// A mistake after a right `data` section, starting in line 3.
  static func after(_ lines: String, _ message: String) -> WorkflowMistake {
    WorkflowMistake("name: w\ndata: {source: a.csv, target: y}\n\(lines)\n", message)
  }
}

@Suite struct WorkflowFileMessageTests {
  static let mistakes: [WorkflowMistake] = [
    WorkflowMistake(
      "data: {source: a.csv, target: y}\n",
      "w.yaml:1: 'name' is missing: what the workflow and its dataset are called"),
    WorkflowMistake(
      "name: w\n", "w.yaml:1: 'data' is missing: which table to read and which column to predict"),
    WorkflowMistake(
      "name: w\ndata: {source: a.csv}\n",
      "w.yaml:2: data: 'target' is missing: the column to predict"),
    WorkflowMistake(
      "- name\n", "w.yaml:1: expected keys and values (name, data, train…), found a list"),
    WorkflowMistake(
      "name: my wine\ndata: {source: a.csv, target: y}\n",
      "w.yaml:1: name: expected a name of letters, digits, '.', '_' and '-' that starts with "
        + "a letter or digit, found the text 'my wine'"),
    .data(
      "test_sorce: b.csv", "w.yaml:3: unknown key 'test_sorce' in data; did you mean 'test_source'?"
    ),
    .data(
      "zebra: 1",
      "w.yaml:3: unknown key 'zebra' in data; known keys: source, target, test_source, where, "
        + "derive, join, exclude, checks, split, class, prepare, site, resources"),
    .data(
      "exclude: id",
      "w.yaml:3: data.exclude: expected a list of column names, such as [id, name], "
        + "found the text 'id'"),
    .data("exclude: [a, a]", "w.yaml:3: data.exclude: 'a' stands twice"),
    .data("exclude: [y]", "w.yaml:3: data.exclude: 'y' is the target"),
    .data(
      "prepare: {command: x, outputs: a.csv}",
      "w.yaml:3: data.prepare: 'code' is missing: the folder of the program: each shard starts in a copy "
        + "of its own"),
    .data(
      "prepare: {outputs: a.csv, code: .}",
      "w.yaml:3: data.prepare: 'command' is missing: the program that makes tables, such as "
        + "python features.py"),
    .data(
      "prepare: {command: 'x | y', outputs: a.csv, code: .}",
      "w.yaml:3: data.prepare.command: '|' means something to a shell alone; write [sh, -c, \"…\"]"),
    .data(
      "prepare: {command: 'x {shrad}', outputs: a.csv, code: .}",
      "w.yaml:3: data.prepare.command: {shrad} means nothing here; expected {shard} or {shards}, or "
        + "{{shrad}} for the text itself"),
    .data(
      "prepare: {command: x, outputs: ../a.csv, code: .}",
      "w.yaml:3: data.prepare.outputs: '../a.csv' does not lie below the folder in which the command "
        + "starts"),
    .data(
      "prepare: {command: x, outputs: '*.csv', code: .}",
      "w.yaml:3: data.prepare.outputs: expected files and folders, found the pattern '*.csv'; let the "
        + "command write into a folder, and name that"),
    .data(
      "prepare: {command: x, outputs: a.csv, code: ., shards: 0}",
      "w.yaml:3: data.prepare.shards: expected a whole number from 1 to 1000, found the number 0"),
    .data(
      "prepare: {command: x, outputs: a.csv, code: ., shard: 2}",
      "w.yaml:3: unknown key 'shard' in data.prepare; did you mean 'shards'?"),
    .data(
      "prepare: {command: x, outputs: a.csv, code: ., resources: {nodes: 2}}",
      "w.yaml:3: data.prepare.resources.nodes: a shard runs on one node; make more shards, and remove "
        + "the key"),
    .data(
      "derive: [a]",
      "w.yaml:3: data.derive: expected SQL expressions by column name, such as "
        + "{ratio: \"sulphates / chlorides\"}, found a list"),
    .data(
      "join: {source: b.csv}",
      "w.yaml:3: data.join: 'using' is missing: the columns that both tables have, such as [site]"),
    .data(
      "split: {by: stratfied}",
      "w.yaml:3: data.split.by: expected random, stratified, {group: COLUMN} or {time: COLUMN}, "
        + "found the text 'stratfied'; did you mean 'stratified'?"),
    .data(
      "split: {by: group}",
      "w.yaml:3: data.split.by: expected {group: COLUMN}, found the text 'group'"),
    .data(
      "split: {test: 1.5}",
      "w.yaml:3: data.split.test: expected a share from 0 to below 1, such as 0.2, "
        + "found the number 1.5"),
    .data(
      "split: {test: 0.5, validation: 0.5}",
      "w.yaml:3: data.split: test and validation together leave no row for training; "
        + "expected a sum below 1, found 1.0"),
    .data(
      "split: {seed: -1}",
      "w.yaml:3: data.split.seed: expected a whole number of 0 or more, found the number -1"),
    .data(
      "checks: [{column: a}]",
      "w.yaml:3: data.checks[1]: expected exactly one condition (between, not_null, unique, "
        + "one_of, matches, rows or sql), found none"),
    .data(
      "checks: [{column: a, unique: true, not_null: true}]",
      "w.yaml:3: data.checks[1]: expected exactly one condition (between, not_null, unique, "
        + "one_of, matches, rows or sql), found not_null and unique"),
    .data(
      "checks: [{column: a, between: [9, 1]}]",
      "w.yaml:3: data.checks[1].between: expected two numbers, the smaller one first, "
        + "such as [5, 20], found a list"),
    .data(
      "checks: [{unique: true}]",
      "w.yaml:3: data.checks[1]: 'column' is missing: the column that 'unique' is about"),
    .data(
      "checks: [{rows: {at_least: 5, at_most: 2}}]",
      "w.yaml:3: data.checks[1].rows: at_least 5 is over at_most 2"),
    .after(
      "train: {task: regresion}",
      "w.yaml:3: train.task: expected regression, classification or forecasting, "
        + "found the text 'regresion'; did you mean 'regression'?"),
    .after(
      "train: {task: regression, metric: auc}",
      "w.yaml:3: train.metric: 'auc' does not measure regression; expected rmse, mae, r2 or mape"),
    .after(
      "train: {task: regression, positive: bad}",
      "w.yaml:3: train.positive: names a class, but the task is regression"),
    .after(
      "train: {task: forecasting}",
      "w.yaml:3: train: 'time' is missing: forecasting needs the column that orders the rows"),
    .after(
      "train: {task: regression, horizon: 3}",
      "w.yaml:3: train.horizon: belongs to forecasting, but the task is regression"),
    .after(
      "train:\n  search:\n    trials: many",
      "w.yaml:5: train.search.trials: expected a whole number from 1 to 100000, "
        + "found the text 'many'"),
    .after(
      "train: {search: {time: 120}}",
      "w.yaml:3: train.search.time: expected a length of time such as 120s, 15m or 2h, "
        + "found the number 120"),
    .after(
      "train: {search: {sampler: tpee}}",
      "w.yaml:3: train.search.sampler: expected tpe, random, sobol, grid, cmaes, gp, gp_cmaes, "
        + "nsga2, nsga3 or auto, found the text 'tpee'; did you mean 'tpe'?"),
    .after(
      "train: {search: {goal: minimize}}",
      "w.yaml:3: train.search.goal: belongs to a 'train.command'; the metric knows its direction"),
    .after(
      "train: {site: slurm}",
      "w.yaml:3: train.site: jobs on 'slurm' need `resources: {cpus: …}`, because nobody here knows "
        + "how many cores its nodes have"),
    .after(
      "train: {search: {array: true}}",
      "w.yaml:3: train.search.array: belongs to a 'train.command'; the built-in search is one job"),
    .data(
      "site: slurm",
      "w.yaml:3: data.site: jobs on 'slurm' need `resources: {cpus: …}`, because nobody here knows "
        + "how many cores its nodes have"),
    .data("site: [a]", "w.yaml:3: data.site: expected the name of a site, found a list"),
    .data(
      "resources: {gpus: 1}",
      "w.yaml:3: data.resources.gpus: the reader of tables uses no accelerators yet; "
        + "remove the key"),
    .data(
      "resources: {cpu: 1}",
      "w.yaml:3: unknown key 'cpu' in data.resources; did you mean 'cpus'?"),
    .after(
      "train: {}\nevaluate: {site: slurm, resources: {memory: 4GB}}",
      "w.yaml:4: evaluate.site: jobs on 'slurm' need `resources: {cpus: …}`, because nobody here "
        + "knows how many cores its nodes have"),
    .after(
      "train: {}\nevaluate: {resources: {cpus: 2, nodes: 2}}",
      "w.yaml:4: evaluate.resources.nodes: the evaluation works on one node; remove the key"),
    .after(
      "train: {}\nregister: {model: w, site: slurm}",
      "w.yaml:4: register.site: a model is registered here, without a job; remove the key"),
    .after(
      "train: {}\nregister: {model: w}\ndeploy: {endpoint: w, resources: {gpus: 1}}",
      "w.yaml:5: deploy.resources.gpus: a replica uses no accelerators yet; remove the key"),
    .after(
      "train: {restart: {on: [timeout, preemtion]}}",
      "w.yaml:3: train.restart.on: expected timeout, preemption or node_failure, found the text "
        + "'preemtion'; did you mean 'preemption'?"),
    .after(
      "train: {restart: {on: timeout}}",
      "w.yaml:3: train.restart.on: expected a list with timeout, preemption or node_failure, "
        + "found the text 'timeout'"),
    .after(
      "train: {restart: {at_most: 3}}",
      "w.yaml:3: train.restart: 'on' is missing: the ends after which it goes on, such as "
        + "[timeout, node_failure]"),
    .after(
      "train: {restart: {on: [timeout], at_most: 0}}",
      "w.yaml:3: train.restart.at_most: expected a whole number from 1 to 1000, found the number 0"),
    .after(
      "train: {resources: {gpus: 1}}",
      "w.yaml:3: train.resources.gpus: the built-in trainer uses no accelerators yet; "
        + "remove the key"),
    .after(
      "train: {}\nevaluate: {gates: [{metric: rmse}]}",
      "w.yaml:4: evaluate.gates[1]: expected exactly one limit (at_most, at_least or max_gap), "
        + "found none"),
    .after(
      "train: {}\nevaluate: {gates: [{metric: rmse, max_gap: 0.1}]}",
      "w.yaml:4: evaluate.gates[1]: 'slice' and 'max_gap' belong together; 'slice' is missing"),
    .after(
      "train: {}\nregister: {name: w}",
      "w.yaml:4: register: 'model' is missing: the name under which the model is registered"),
    .after(
      "deploy: {endpoint: w}", "w.yaml:3: deploy: needs a 'train' section, which makes the model"),
    .after(
      "train: {}\nregister: {model: w}\ndeploy: {endpoint: w, canary: {share: 0.1}}",
      "w.yaml:5: deploy.canary: sharing traffic between versions is not possible yet; "
        + "remove the key"),
    .after(
      "improve: {when: {every: 7d}}",
      "w.yaml:3: improve: improvement on drift, outcomes or a schedule is not possible yet; "
        + "remove the key"),
    .after("imrpove: {}", "w.yaml:3: unknown key 'imrpove'; did you mean 'improve'?"),
    .after(
      "name: again",
      "w.yaml:3: the key 'name' stands here again, first in line 1; keep one of the two"),
  ]

  @Test(arguments: mistakes)
  func `each mistake has its line, what was expected and the nearest word`(
    _ mistake: WorkflowMistake
  ) {
    let error = #expect(throws: WorkflowFileError.self) {
      try WorkflowFile.parse(text: mistake.text, path: "w.yaml")
    }
    #expect(
      error?.message.split(separator: "\n").map(String.init).contains(mistake.message) == true,
      "\(error?.message ?? "no error")")
  }
}
