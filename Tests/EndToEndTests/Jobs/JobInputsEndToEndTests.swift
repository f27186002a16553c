import Basics
import Foundation
import TestSupport
import Testing

/// Jobs that bring code and software along, through the built programs.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct JobInputsEndToEndTests {
  @Test func `a script and its packages run as they were, in any later attempt`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let wheels = factory.folder + "/wheels"
    try FileTree.createFolder(wheels)
    try FileTree.createFolder(factory.folder + "/project/src")
    try PythonWheel.make(version: "4.5", in: wheels)
    try factory.write(
      "requirements.txt", "--no-index\n--find-links \(wheels)\ntinything==4.5\n")
    try factory.write("project/.gitignore", "*.csv\n")
    try factory.write("project/data.csv", "1\n")
    try factory.write(
      "project/src/train.py",
      "import os, tinything\nprint(tinything.version, sorted(os.listdir('..')), os.getcwd()[-4:])")
    let words = [
      "jobs", "submit", "--output", "json", "--wait", "--code", "project", "--directory",
      "project/src", "--python", "requirements.txt", "--", "python", "train.py",
    ]
    let first = try factory.run(words)
    #expect(first.status == 0, "\(first.errors)")
    let job = try #require(first.json["id"] as? String)
    #expect((first.json["code"] as? String)?.count == 64)
    let software = try #require(first.json["software"] as? [String: Any])
    #expect((software["requirements"] as? String)?.count == 64)
    let said = "4.5 ['.gitignore', 'src'] /src\n"
    #expect(try factory("jobs", "logs", job).output == said)
    // The same files give the same snapshot, others another.
    #expect(try factory.run(words).json["code"] as? String == first.json["code"] as? String)
    try factory.write("project/src/train.py", "print('changed')")
    #expect(try factory.run(words).json["code"] as? String != first.json["code"] as? String)
    #expect(try factory("jobs", "retry", job).status == 0)
    try await factory.until(60, "the second attempt has ended") {
      let shown = try factory("jobs", "show", job, "--output", "json").json
      return shown["attempt"] as? Int == 2 && shown["state"] as? String == "ended"
    }
    #expect(try factory("jobs", "logs", job).output == said)
    let table = try factory("jobs", "show", job).output
    #expect(table.contains("code") && table.contains("Python with requirements"))
  }

  @Test func `a workflow's command finds the environment that its file names`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try FileTree.createFolder(factory.folder + "/wheels")
    try PythonWheel.make(version: "6.7", in: factory.folder + "/wheels")
    try factory.write(
      "packages.txt", "--no-index\n--find-links \(factory.folder)/wheels\ntinything\n")
    try factory.write(
      "w.yaml",
      """
      name: w
      train:
        command: [python, -c, "import tinything; print(tinything.version)"]
        environment: {python: packages.txt}

      """)
    let run = try factory("run", "w.yaml", "--output", "json")
    #expect(run.status == 0, "\(run.errors)")
    let stage = try #require((run.json["stages"] as? [[String: Any]])?.first)
    let job = try #require(stage["job"] as? String)
    #expect(try factory("jobs", "logs", job).output == "6.7\n")
  }

  @Test func `a workflow's command keeps its code, and runs again only when that changes`()
    async throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try FileTree.createFolder(factory.folder + "/project/studies")
    try factory.write("project/.gitignore", "*.csv\n")
    try factory.write("project/data.csv", "1\n")
    try factory.write("project/loss.txt", "1")
    let script = "test ! -e ../data.csv || exit 3\nsleep 0.3\necho loss=$(cat ../loss.txt)\n"
    try factory.write("project/studies/train.sh", script)
    let file = try factory.write(
      "project/studies/w.yaml",
      """
      name: w
      train:
        command: sh train.sh {x}
        code: ..
        search:
          parameters: {x: {int: [1, 9]}}
          metric: loss
          read: {output: 'loss=(\\S+)'}
          trials: 6
          parallel: 1

      """)
    func plan() throws -> [String: Any] {
      let answer = try factory("workflows", "plan", file, "--output", "json")
      return try #require((answer.json["stages"] as? [[String: Any]])?.first, "\(answer.errors)")
    }
    #expect(try plan()["reasons"] as? [String] == ["It has never run."])
    let started = try factory("run", file, "--detach", "--output", "json")
    let id = try #require(started.json["workflow_run"] as? String, "\(started.errors)")
    func shown() throws -> [String: Any] {
      try factory("workflows", "show", id, "--output", "json").json
    }
    func values() throws -> [Double] {
      let study = try #require(try shown()["study"] as? String)
      let trials = try factory("studies", "show", study, "--output", "json").json["trials"]
      return (trials as? [[String: Any]] ?? []).compactMap { $0["value"] as? Double }
    }
    try await factory.until(60, "a trial has ended") {
      let progress = (try shown()["stages"] as? [[String: Any]])?.first?["progress"]
      return (progress as? [String: Any])?["trials"] as? Int ?? 0 >= 1
    }
    // The folder changes under way, and the next server goes on with what it was.
    try factory.write("project/loss.txt", "2")
    kill(try factory.serverFile().pid, SIGKILL)
    try await factory.until(120, "the workflow run ends") {
      !["queued", "running"].contains(try shown()["status"] as? String ?? "queued")
    }
    let first = try shown()
    #expect(first["status"] as? String == "succeeded", "\(first)")
    try await factory.until(30, "the ledger has all trials") { try values().count == 6 }
    #expect(try values() == Array(repeating: 1, count: 6))
    let reasons = try #require(try plan()["reasons"] as? [String])
    #expect(reasons.last == "In the code, loss.txt changed.", "\(reasons)")
    let second = try factory("run", file, "--output", "json")
    #expect(second.status == 0, "\(second.errors)")
    let metrics = second.json["metrics"] as? [String: [String: Double]]
    #expect(metrics?["validation"]?["loss"] == 2)
    #expect(try plan()["action"] as? String == "reuse")
    let third = try factory("run", file, "--output", "json")
    let stage = try #require((third.json["stages"] as? [[String: Any]])?.first)
    #expect(stage["reused"] as? Bool == true)
    #expect(third.json["best_run"] as? String == second.json["best_run"] as? String)
  }

  @Test func `a job, and a workflow's command, find the dataset version that they name`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let rows = (1...40).map { "\($0),\($0 * 2)" }.joined(separator: "\n")
    try factory.write("table.csv", "x,y\n" + rows + "\n")
    let added = try factory("datasets", "add", "table.csv", "--name", "numbers", "--output", "json")
    #expect(added.status == 0, "\(added.errors)")
    let version = try #require(added.json["id"] as? String)
    let script = "cd $AIFACTORY_DATASET_DIR && ls && pwd"
    let job = try factory(
      "jobs", "submit", "--dataset", "numbers", "--wait", "--output", "json", "--", "sh", "-c",
      script)
    #expect(job.status == 0, "\(job.errors)")
    #expect(job.json["dataset"] as? String == version)
    let id = try #require(job.json["id"] as? String)
    let said = try factory("jobs", "logs", id).output
    #expect(said.contains("table.parquet\n") && said.contains("/data/"), "\(said)")
    let unknown = try factory(
      "jobs", "submit", "--dataset", "letters", "--output", "json", "--", "true")
    #expect(unknown.status != 0 && unknown.error["hint"] is String, "\(unknown.errors)")
    try factory.write(
      "w.yaml",
      """
      name: w
      data: {source: table.csv, target: y}
      train:
        command: [sh, -c, "\(script)"]

      """)
    let run = try factory("run", "w.yaml", "--output", "json")
    #expect(run.status == 0, "\(run.errors)")
    let stages = try #require(run.json["stages"] as? [[String: Any]])
    let command = try #require(stages.last?["job"] as? String)
    #expect(try factory("jobs", "logs", command).output.contains("table.parquet\n"))
    // What no job reads any more goes.
    let gc = try factory("gc", "--unused", "0s", "--output", "json").json["data_folders"]
    #expect((gc as? [String: Any])?["count"] as? Int == 2)
    #expect(try FileTree.names(in: factory.home + "/data") == [])
  }

  @Test func `what a command leaves is kept with its run, and what is missing makes it fail`()
    throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let script = """
      mkdir -p out/deep; printf one > out/a; printf two > 'out/deep/größe 50%41.txt'
      ln -s /etc/passwd out/link; printf three > model.bin; printf no > other
      """
    let words = [
      "jobs", "submit", "--experiment", "kept", "--wait", "--output", "json", "--keep", "out/",
      "--keep", "./model.bin",
    ]
    let job = try factory.run(words + ["--", "sh", "-c", script])
    #expect(job.status == 0, "\(job.errors)")
    #expect(job.json["outputs"] as? [String] == ["out/", "./model.bin"])
    let run = try #require(job.json["run"] as? String)
    let all = try factory("runs", "download", run, "all", "--output", "json")
    #expect(all.status == 0, "\(all.errors)")
    let kept = try factory(
      "runs", "download", run, "some", "--path", "out", "--path", "model.bin", "--output", "json")
    let files = try #require(kept.json["files"] as? [[String: Any]], "\(kept.errors)")
    #expect(
      files.map { $0["path"] as? String } == ["model.bin", "out/a", "out/deep/größe 50%41.txt"])
    func text(_ path: String) throws -> String {
      try String(contentsOfFile: factory.folder + "/some/" + path, encoding: .utf8)
    }
    #expect(try text("out/a") == "one")
    #expect(try text("out/deep/größe 50%41.txt") == "two")
    #expect(try text("model.bin") == "three")
    // The originals are not what is kept: who writes into them changes nothing.
    try factory.write("out/a", "ONE")
    #expect(try factory("runs", "download", run, "again").status == 0)
    #expect(try String(contentsOfFile: factory.folder + "/again/out/a", encoding: .utf8) == "one")
    let twice = try factory("runs", "download", run, "again", "--output", "json")
    #expect(twice.error["code"] as? String == "file_exists")

    let missing = try factory.run(words + ["--keep", "nowhere", "--", "true"])
    #expect(missing.status == 1)
    #expect(missing.json["message"] as? String == "the command left no `nowhere`")
    let id = try #require(missing.json["id"] as? String)
    #expect(try factory("jobs", "explain", id).output.contains("left no `nowhere`"))
    // Links lead nowhere, on the way to a path as well as at its end.
    let linked = try factory.run(
      words + ["--keep", "etc/passwd", "--", "sh", "-c", script + "; ln -sfn /etc etc"])
    #expect(linked.json["message"] as? String == "the command left no `etc/passwd`")
    // A command that fails by itself is not blamed for what it did not get to.
    let failed = try factory.run(words + ["--keep", "nowhere", "--", "false"])
    #expect(failed.json["exit_code"] as? Int == 1)
    #expect(failed.json["message"] == nil)
    let outside = try factory(
      "jobs", "submit", "--experiment", "kept", "--keep", "../x", "--output", "json", "--", "true")
    #expect(outside.error["code"] as? String == "job_spec_invalid", "\(outside.errors)")
    let homeless = try factory("jobs", "submit", "--keep", "x", "--output", "json", "--", "true")
    #expect(homeless.status != 0 && homeless.error["hint"] is String)
  }

  @Test func `what cannot be brought along is refused with a way out`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write("requirements.txt", "-r other.txt\n")
    let file = try factory(
      "jobs", "submit", "--output", "json", "--python", "requirements.txt", "--", "true")
    #expect(file.status == 2)
    #expect(file.error["code"] as? String == "software_invalid")
    let folder = try factory(
      "jobs", "submit", "--output", "json", "--code", "nowhere", "--", "true")
    #expect(folder.error["code"] as? String == "code_invalid")
    #expect(folder.error["hint"] is String)
  }
}
