import Basics
import Foundation
import TestSupport
import Testing

/// Workflows whose stages run on a Slurm cluster, with the real programs.
@Suite(
  .serialized, .timeLimit(.minutes(6)), .enabled(if: TestCluster.isPossible, TestCluster.hint))
struct SlurmWorkflowEndToEndTests {
  /// A workflow whose stages all have two cores, here or on a site.
  private func houses(on site: String?) -> String {
    let place = (site.map { "site: \($0)\n  " } ?? "") + "resources: {cpus: 2}"
    return SampleTables.workflow(trials: 3)
      .replacing("data:\n", with: "data:\n  \(place)\n")
      .replacing("train:\n", with: "train:\n  \(place)\n")
      .replacing("evaluate:\n", with: "evaluate:\n  \(place)\n")
      .replacing("deploy: {endpoint: houses}", with: "")
  }

  private func stages(of run: FactoryProgram.Answer) throws -> [[String: Any]] {
    try #require(run.json["stages"] as? [[String: Any]])
  }

  @Test func `all stages run on a cluster, and make to the bit what they make here`() throws {
    let cluster = try TestCluster()
    let (there, here) = (try FactoryProgram(cluster), try FactoryProgram())
    defer {
      there.close()
      here.close()
    }
    for factory in [there, here] {
      try factory.write("houses.csv", SampleTables.houses(rows: 300))
    }
    try there.write("houses.yaml", houses(on: "hpc"))
    try here.write("houses.yaml", houses(on: nil))
    let planned = try there("workflows", "plan", "houses.yaml")
    #expect(planned.output.components(separatedBy: "run on hpc").count == 4, "\(planned.output)")

    let (first, second) = (
      try there("run", "houses.yaml", "--output", "json"),
      try here("run", "houses.yaml", "--output", "json")
    )
    #expect(first.status == 0, "\(first.errors)\(first.output)")
    #expect(second.status == 0, "\(second.errors)")
    for stage in try stages(of: first).prefix(3) {
      let job = try there("jobs", "show", try #require(stage["job"] as? String), "--output", "json")
      #expect(job.json["site"] as? String == "hpc", "\(stage)")
      #expect(job.json["cpus"] as? Int == 2)
    }
    let version = try #require(first.json["dataset_version"] as? String)
    #expect(second.json["dataset_version"] as? String == version)
    let metrics = try #require(first.json["metrics"] as? [String: [String: Double]])
    #expect(metrics["test"]?["rmse"] != nil)
    #expect(second.json["metrics"] as? [String: [String: Double]] == metrics)
    let package = try #require(try package(there))
    #expect(try self.package(here) == package)

    // Where a stage ran is no part of its key.
    try there.write("here.yaml", houses(on: nil))
    let third = try there("run", "here.yaml", "--output", "json")
    #expect(third.status == 0, "\(third.errors)")
    #expect(try stages(of: third).allSatisfy { $0["reused"] as? Bool == true })
    withExtendedLifetime(cluster) {}
  }

  /// Digest of the model that a workflow has registered.
  private func package(_ factory: FactoryProgram) throws -> String? {
    try factory("models", "show", "houses", "--version", "1", "--output", "json")
      .json["package"] as? String
  }

  @Test func `what a site can never do is refused before anything runs`() throws {
    let cluster = try TestCluster()
    let factory = try FactoryProgram(cluster)
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 60))
    let text = houses(on: nil)
    func refusal(_ place: String) throws -> [String: Any] {
      try factory.write(
        "w.yaml", text.replacing("evaluate:\n  resources: {cpus: 2}", with: "evaluate:\n  " + place)
      )
      let run = try factory("run", "w.yaml", "--output", "json")
      #expect(run.status == 2, "\(run.output)\(run.errors)")
      #expect(try factory("workflows", "plan", "w.yaml").status == 2)
      return run.error
    }
    let unknown = try refusal("site: moon\n  resources: {cpus: 2}")
    #expect(unknown["code"] as? String == "site_unknown")
    #expect(unknown["message"] as? String == "evaluate: there is no site named 'moon'")
    let wide = try refusal("site: hpc\n  resources: {cpus: 64}")
    #expect(wide["code"] as? String == "job_resources_impossible")
    #expect((wide["message"] as? String)?.hasPrefix("evaluate: no node of 'main' on 'hpc'") == true)
    #expect(try factory("jobs", "list", "--output", "quiet").output == "", "nothing ran")
  }

  @Test(.enabled(if: TestLoginNode.isPossible, TestLoginNode.hint))
  func `all stages run behind a login node, and make to the bit what they make here`() throws {
    let cluster = try TestCluster()
    let login = try TestLoginNode()
    let (there, here) = (try FactoryProgram(cluster, login: login), try FactoryProgram())
    defer {
      there.close()
      here.close()
    }
    for factory in [there, here] {
      try factory.write("houses.csv", SampleTables.houses(rows: 300))
    }
    try there.write("houses.yaml", houses(on: "hpc"))
    try here.write("houses.yaml", houses(on: nil))
    let planned = try there("workflows", "plan", "houses.yaml")
    #expect(planned.output.components(separatedBy: "run on hpc").count == 4, "\(planned.output)")
    let (first, second) = (
      try there("run", "houses.yaml", "--output", "json"),
      try here("run", "houses.yaml", "--output", "json")
    )
    #expect(first.status == 0, "\(first.errors)\(first.output)")
    #expect(second.status == 0, "\(second.errors)")
    for stage in try stages(of: first).prefix(3) {
      let id = try #require(stage["job"] as? String)
      let job = try there("jobs", "show", id, "--output", "json")
      #expect(job.json["site"] as? String == "hpc", "\(stage)")
      // Nothing there names a place of this factory's.
      let folder = cluster.scratch + "/jobs/" + id
      for file in ["/work/request.json", "/1/node0/spec.claimed", "/1/node0/batch.sh"] {
        let bytes = try FileTree.read(folder + file)
        let text = String(decoding: bytes, as: UTF8.self)
        let isOwn = file.hasSuffix("request.json") || file.hasSuffix("batch.sh")
        #expect(!text.contains(there.home + "/"), "\(file): \(isOwn ? text : "")")
      }
    }
    let version = try #require(first.json["dataset_version"] as? String)
    #expect(second.json["dataset_version"] as? String == version)
    let metrics = try #require(first.json["metrics"] as? [String: [String: Double]])
    #expect(second.json["metrics"] as? [String: [String: Double]] == metrics)
    let package = try #require(try package(there))
    #expect(try self.package(here) == package)

    // The program, the sources, the rows and the model, once each.
    #expect(try FileTree.names(in: cluster.scratch + "/data").count == 4)
    // Where a stage ran is no part of its key.
    try there.write("here.yaml", houses(on: nil))
    let third = try there("run", "here.yaml", "--output", "json")
    #expect(third.status == 0, "\(third.errors)")
    #expect(try stages(of: third).allSatisfy { $0["reused"] as? Bool == true })
    // What a stage has to say comes back as well.
    try there.write(
      "short.yaml",
      houses(on: "hpc").replacing(
        "- {column: area, between: [1, 1000]}", with: "- {rows: {at_least: 1000}}"))
    let refused = try there("run", "short.yaml", "--output", "json")
    try here.write(
      "short.yaml",
      houses(on: nil).replacing(
        "- {column: area, between: [1, 1000]}", with: "- {rows: {at_least: 1000}}"))
    let same = try here("run", "short.yaml", "--output", "json")
    #expect(refused.status == same.status && refused.status != 0)
    let failure = try #require(refused.json["error"] as? [String: Any])
    let message = try #require(failure["message"] as? String)
    #expect((same.json["error"] as? [String: Any])?["message"] as? String == message)
    withExtendedLifetime((cluster, login)) {}
  }

  @Test(.enabled(if: TestLoginNode.isPossible, TestLoginNode.hint))
  func `a login node that is away and a server that is killed cost a workflow nothing`()
    async throws
  {
    let cluster = try TestCluster()
    let login = try TestLoginNode()
    let (there, here) = (try FactoryProgram(cluster, login: login), try FactoryProgram())
    defer {
      there.close()
      here.close()
    }
    for (factory, site) in [(there, "hpc"), (here, nil)] {
      try factory.write("houses.csv", SampleTables.houses(rows: 3_000))
      try factory.write(
        "houses.yaml", houses(on: site).replacing("trials: 3", with: "trials: 12"))
    }
    let started = try there("run", "houses.yaml", "--detach", "--output", "json")
    let id = try #require(started.json["workflow_run"] as? String, "\(started.errors)")
    func disturb() async throws {
      try login.suspend()
      #expect(kill(try there.serverFile().pid, SIGKILL) == 0)
      _ = try there("jobs", "list")
      try login.resume()
    }
    // While the program is sent.
    try await there.until(60, "a transfer has begun") {
      try FileTree.exists(cluster.scratch + "/data")
        && !FileTree.names(in: cluster.scratch + "/data").isEmpty
    }
    try await disturb()
    func training() throws -> [String: Any]? {
      let list = try there("jobs", "list", "--output", "json").json["jobs"] as? [[String: Any]]
      return list?.first { $0["purpose"] as? String == "train" }
    }
    try await there.until(120, "the training runs") {
      try training()?["state"] as? String == "running"
    }
    try await disturb()
    var run: [String: Any] = [:]
    try await there.until(180, "the workflow ends") {
      run = try there("workflows", "show", id, "--output", "json").json
      return !["queued", "running"].contains(run["status"] as? String ?? "queued")
    }
    #expect(run["status"] as? String == "succeeded", "\(run)")
    #expect(try training()?["attempt"] as? Int == 1)
    let other = try here("run", "houses.yaml", "--output", "json")
    #expect(other.status == 0, "\(other.errors)")
    #expect(try package(there) == package(here))
    withExtendedLifetime((cluster, login)) {}
  }

  // MARK: Searches

  private static let parabola = """
    #!/bin/sh
    echo "$AIFACTORY_TRIAL on $SLURMD_NODENAME" >> trials.log
    sleep "$2"
    awk -v x="$1" 'BEGIN { printf "loss=%.17g\\n", (x - 1) ^ 2 }'
    """

  private func search(_ words: String, seconds: Double = 0, on site: String = "hpc") -> String {
    """
    name: tune
    train:
      command: sh train.sh {x} \(seconds)
      site: \(site)
      search:
        parameters: {x: {uniform: [0, 4]}}
        metric: loss
        read: {output: 'loss=(\\S+)'}
        \(words)

    """
  }

  /// The parameter of each trial, and its value.
  private func trials(_ factory: FactoryProgram, of run: [String: Any]) throws -> [[String]] {
    let study = try #require(run["study"] as? String)
    let shown = try factory("studies", "show", study, "--output", "json").json
    return try #require(shown["trials"] as? [[String: Any]]).map { trial in
      let parameters = try #require(trial["parameters"] as? [String: String])
      return [parameters["x"] ?? "", "\(trial["value"] ?? "")"]
    }
  }

  /// The jobs of the trials; the study's coordinator has one, too.
  private func jobs(_ factory: FactoryProgram) throws -> [[String: Any]] {
    let list = try factory("jobs", "list", "--limit", "1000", "--output", "json").json
    return try #require(list["jobs"] as? [[String: Any]]).filter {
      $0["purpose"] as? String == "command"
    }
  }

  @Test func `a search goes to a cluster as arrays, and tries what it tries here`() async throws {
    let cluster = try TestCluster()
    let (there, here) = (try FactoryProgram(cluster), try FactoryProgram())
    defer {
      there.close()
      here.close()
    }
    let words = "array: true\n    trials: 18\n    parallel: 6"
    var tried: [[[String]]] = []
    for (factory, site) in [(there, "hpc"), (here, "local")] {
      try factory.write("train.sh", Self.parabola)
      try factory.write("tune.yaml", search(words, on: site))
      let run = try factory("run", "tune.yaml", "--output", "json")
      #expect(run.status == 0, "\(run.errors)")
      try await factory.until(30, "the ledger has all trials") {
        try trials(factory, of: run.json).count == 18
      }
      tried.append(try trials(factory, of: run.json))
    }
    #expect(tried[0] == tried[1], "whatever ended first, the sampler saw the same")

    let jobs = try jobs(there)
    #expect(jobs.allSatisfy { $0["site"] as? String == "hpc" })
    let places = jobs.compactMap { $0["array"] as? [String: Any] }
    let sizes = Dictionary(grouping: places) { $0["id"] as? String ?? "" }.mapValues(\.count)
    #expect(sizes.count == 3 && sizes.values.allSatisfy { $0 == 6 }, "\(places)")
    let engines = jobs.compactMap { ($0["engine_id"] as? String)?.split(separator: "_") }
    #expect(engines.count { $0.count == 2 } == 18, "all of them are tasks of Slurm's arrays")
    #expect(Set(engines.compactMap(\.first)).count == 3, "each array by one sbatch")
    let array = try #require(sizes.keys.first)
    #expect(try there("jobs", "show", array).output.contains("6 succeeded"))
  }

  /// How the trials of a search go to a cluster.
  enum Way: String, CaseIterable {
    case singly = "parallel: 16"
    case asArrays = "array: true"
    /// As many places as the cluster has cores.
    case packed = "allocations: 3\n    parallel: 12"
  }

  @Test(arguments: Way.allCases)
  func `a node that is lost costs a study of 200 trials those that ran there, and they run again`(
    way: Way
  ) async throws {
    let cluster = try TestCluster()
    let factory = try FactoryProgram(cluster)
    defer { factory.close() }
    try factory.write("train.sh", Self.parabola)
    let words = "sampler: random\n    trials: 200\n    \(way.rawValue)"
    // So long that some run whenever a node goes; an allocation stays between its trials.
    try factory.write("tune.yaml", search(words, seconds: way == .packed ? 2 : 1))
    let started = try factory("run", "tune.yaml", "--detach", "--output", "json")
    let id = try #require(started.json["workflow_run"] as? String, "\(started.errors)")
    func begun() -> [String] {
      // Before the first trial there is no file.
      let text = try? String(contentsOfFile: factory.folder + "/trials.log", encoding: .utf8)
      return (text ?? "").split(separator: "\n").map(String.init)
    }
    try await factory.until(120, "many trials have begun") { begun().count >= 50 }
    // A node that is at work at this moment, and is gone at the next.
    var lost = ""
    try await factory.until(30, "a node works") {
      lost = try cluster("sh", "-c", "squeue --noheader --states=R --format=%N | head -n 1")
      return !lost.isEmpty
    }
    try cluster("scontrol", "update", "nodename=\(lost)", "state=down", "reason=test")
    let before = begun().count
    #expect(before < 200)
    var run: [String: Any] = [:]
    try await factory.until(240, "the search ends") {
      run = try factory("workflows", "show", id, "--output", "json").json
      return !["queued", "running"].contains(run["status"] as? String ?? "queued")
    }
    #expect(run["status"] as? String == "succeeded", "\(run)")
    try await factory.until(30, "the ledger has all trials") {
      try trials(factory, of: run).count == 200
    }
    let jobs = try jobs(factory)
    #expect(jobs.count == 200)
    #expect(jobs.allSatisfy { $0["reason"] as? String == "succeeded" })
    #expect(jobs.allSatisfy { ($0["array"] != nil) == (way == .asArrays) })
    let again = jobs.filter { $0["attempt"] as? Int != 1 }
    // A node of the cluster has four cores, and so four trials at a time.
    #expect((1...4).contains(again.count), "\(again)")
    let counts = Dictionary(grouping: begun()) { $0.split(separator: " ")[0] }.mapValues(\.count)
    #expect(counts.count == 200, "each trial ran")
    #expect(counts.values.allSatisfy { $0 <= 2 })
    #expect(counts.values.count { $0 == 2 } <= again.count, "nothing else ran twice")
    guard way == .packed else { return }
    let engines = Set(jobs.compactMap { $0["engine_id"] as? String })
    #expect((3...6).contains(engines.count), "Slurm saw few jobs: \(engines)")
    try await factory.until(30, "the allocations are given back") {
      try cluster("squeue", "--noheader", "--states=PD,R,CG") == ""
    }
  }

  @Test func `a server that is killed while trials run in allocations goes on with the search`()
    async throws
  {
    let cluster = try TestCluster()
    let factory = try FactoryProgram(cluster)
    defer { factory.close() }
    try factory.write("train.sh", Self.parabola)
    try factory.write(
      "tune.yaml",
      search("sampler: random\n    trials: 40\n    allocations: 2\n    parallel: 6", seconds: 0.5))
    let started = try factory("run", "tune.yaml", "--detach", "--output", "json")
    let id = try #require(started.json["workflow_run"] as? String, "\(started.errors)")
    func begun() -> [String] {
      // Before the first trial there is no file.
      let text = try? String(contentsOfFile: factory.folder + "/trials.log", encoding: .utf8)
      return (text ?? "").split(separator: "\n").map(String.init)
    }
    for count in [8, 20] {
      try await factory.until(120, "\(count) trials have begun") { begun().count >= count }
      #expect(kill(try factory.serverFile().pid, SIGKILL) == 0)
      // The next command starts another server.
      _ = try factory("jobs", "list")
    }
    var run: [String: Any] = [:]
    try await factory.until(120, "the search ends") {
      run = try factory("workflows", "show", id, "--output", "json").json
      return !["queued", "running"].contains(run["status"] as? String ?? "queued")
    }
    #expect(run["status"] as? String == "succeeded", "\(run)")
    let jobs = try jobs(factory)
    #expect(jobs.count == 40 && jobs.allSatisfy { $0["reason"] as? String == "succeeded" })
    #expect(begun().count == 40, "each trial ran once: \(begun())")
    withExtendedLifetime(cluster) {}
  }
}
