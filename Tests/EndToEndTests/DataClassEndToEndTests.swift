import Foundation
import TestSupport
import Testing

/// Which data may go where, and what its energy emits, by the real programs.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DataClassEndToEndTests {
  private func factory() throws -> FactoryProgram {
    let factory = try FactoryProgram()
    try factory.write("houses.csv", SampleTables.houses(rows: 300))
    return factory
  }

  private let workflow = """
    name: other
    data: {source: houses.csv, target: price, exclude: [id]}
    train: {search: {trials: 2}}
    register: {model: other}
    deploy: {endpoint: other}
    """

  @Test func `data goes where its class may go, under whatever name it is taken in`() throws {
    let factory = try factory()
    defer { factory.close() }
    let added = try factory(
      "datasets", "add", "houses.csv", "--target", "price", "--class", "confidential")
    #expect(added.status == 0, "\(added.errors)")
    #expect(try factory("datasets", "show", "houses").output.contains("class: confidential"))
    let set = try factory("sites", "set", "local", "--data-classes", "public,internal")
    #expect(set.status == 0, "\(set.errors)")
    #expect(set.output.contains("public, internal"), "\(set.output)")

    let job = ["jobs", "submit", "--dataset", "houses", "--wait", "--output", "json", "--", "true"]
    let refused = try factory.run(job)
    #expect(refused.status == 2)
    #expect(refused.error["code"] as? String == "data_class_refused", "\(refused.errors)")
    let message = refused.error["message"] as? String ?? ""
    #expect(message.hasPrefix("the job reads 'houses', version 1 (dv_"), "\(message)")
    #expect(message.contains("is confidential, but the site 'local' takes only data that is"))
    // The same file makes another dataset, which is as restricted.
    try factory.write("workflow.yaml", workflow)
    let run = try factory("run", "workflow.yaml", "--output", "json")
    #expect(run.status != 0)
    #expect((run.output + run.errors).contains("data_class_refused"), "\(run.output)\(run.errors)")
    #expect((run.output + run.errors).contains("a file of the dataset 'houses'"))

    #expect(try factory("sites", "set", "local", "--data-classes", "all").status == 0)
    #expect(try factory.run(job).status == 0)
    let allowed = try factory("run", "workflow.yaml", "--output", "json")
    #expect(allowed.status == 0, "\(allowed.errors)")
    let version = try #require(allowed.json["dataset_version"] as? String)
    #expect(try factory("explain", version).output.contains("class: confidential"))
    // A model is as restricted as its data.
    #expect(try factory("sites", "set", "local", "--data-classes", "public").status == 0)
    let deployed = try factory(
      "endpoints", "deploy", "another", "--model", "other", "--output", "json")
    #expect(deployed.error["code"] as? String == "data_class_refused", "\(deployed.errors)")
  }

  @Test func `a workflow and a command classify, and a class is lowered by its word`() throws {
    let factory = try factory()
    defer { factory.close() }
    try factory.write(
      "workflow.yaml",
      "name: a\ndata: {source: houses.csv, target: price, class: restricted}\n")
    #expect(try factory("sites", "set", "local", "--data-classes", "public").status == 0)
    let refused = try factory("run", "workflow.yaml", "--output", "json")
    #expect(refused.error["code"] as? String == "data_class_refused", "\(refused.errors)")
    #expect(try factory("sites", "set", "local", "--data-classes", "all").status == 0)
    #expect(try factory("run", "workflow.yaml").status == 0)
    let show = ["datasets", "list", "--output", "json"]
    func dataClass() throws -> String? {
      (try factory.run(show).json["datasets"] as? [[String: Any]])?.first?["data_class"] as? String
    }
    #expect(try dataClass() == "restricted")
    let lower = try factory("datasets", "classify", "a", "internal", "--output", "json")
    #expect(lower.error["code"] as? String == "data_class_conflict", "\(lower.errors)")
    let said = try factory("datasets", "classify", "a", "internal", "--lower")
    #expect(said.status == 0 && said.output == "The dataset a is internal.\n", "\(said.errors)")
    #expect(try dataClass() == "internal")
    let unknown = try factory("datasets", "classify", "a", "secret")
    #expect(unknown.status == 2)
    #expect(unknown.errors.contains("public, internal, confidential, restricted"))
    let wrong = try factory.write(
      "wrong.yaml", "name: a\ndata: {source: houses.csv, target: price, class: secret}\n")
    #expect(try factory("run", wrong).status == 2)
  }

  @Test func `joules are told with what they come from and emit`() async throws {
    let factory = try factory()
    defer { factory.close() }
    let set = try factory(
      "sites", "set", "local", "--location", "Linköping, SE", "--energy-source", "hydropower",
      "--carbon-intensity", "36000", "--carbon-origin", "a made-up figure")
    #expect(set.status == 2, "more than anything emits")
    let possible = try factory(
      "sites", "set", "local", "--location", "Linköping, SE", "--energy-source", "hydropower",
      "--carbon-intensity", "3600", "--carbon-origin", "a made-up figure")
    #expect(possible.status == 0, "\(possible.errors)")
    let list = try factory("sites", "list").output
    #expect(list.contains("Linköping, SE") && list.contains("hydropower"), "\(list)")
    let job = try factory(
      "jobs", "submit", "--output", "quiet", "--", "sh", "-c", "while :; do :; done"
    ).output.trimmingCharacters(in: .newlines)
    try await factory.until(40, "it was measured") {
      let load = try factory("jobs", "show", job, "--output", "json").json["load"]
      guard let load = load as? [String: Any], let joules = load["energy_joules"] as? Double,
        joules > 0, let emission = load["emission"] as? [String: Any]
      else { return false }
      // A gram for each kilojoule, by that figure.
      let grams = try #require(emission["co2e_grams"] as? Double)
      #expect(abs(grams - joules / 1_000) < 1e-9)
      #expect(emission["method"] as? String == "3600 g CO2e/kWh (a made-up figure)")
      return true
    }
    let shown = try factory("jobs", "show", job).output
    #expect(shown.contains("from hydropower\n"), "\(shown)")
    #expect(shown.contains("g CO2e at 3600 g CO2e/kWh (a made-up figure)"), "\(shown)")
    #expect(try factory("jobs", "top").output.contains("g CO2e"))
    #expect(try factory("jobs", "cancel", job).status == 0)
    // A new figure does not keep the old one's origin.
    #expect(try factory("sites", "set", "local", "--carbon-intensity", "25").status == 0)
    let site = try factory("sites", "show", "local").output
    #expect(site.contains("hydropower, 25 g CO2e/kWh"), "\(site)")
    #expect(!site.contains("made-up"), "\(site)")
  }

  @Test(.enabled(if: TestCluster.isPossible, TestCluster.hint))
  func `a cluster is added with what it takes, and others are named`() throws {
    let cluster = try TestCluster(nodes: 1)
    let factory = try factory()
    defer { factory.close() }
    let added = try factory(
      "sites", "add", "hpc", "--scratch", cluster.scratch, "--slurm-conf", cluster.configuration,
      "--location", "Kajaani, FI", "--data-classes", "public")
    #expect(added.status == 0, "\(added.errors)")
    let shown = try factory("sites", "show", "hpc").output
    #expect(shown.contains("Kajaani, FI"), "\(shown)")
    #expect(
      try factory(
        "datasets", "add", "houses.csv", "--target", "price", "--class", "internal"
      ).status == 0)
    let refused = try factory(
      "jobs", "submit", "--site", "hpc", "--dataset", "houses", "--output", "json", "--", "true")
    #expect(refused.error["code"] as? String == "data_class_refused", "\(refused.errors)")
    #expect(refused.error["hint"] as? String == "Sites that take it: local.")
    for words in [["--array", "3"], ["--service", "s"]] {
      let refused = try factory.run(
        ["jobs", "submit", "--site", "hpc", "--dataset", "houses", "--output", "json"] + words
          + ["--", "true"])
      #expect(refused.error["code"] as? String == "data_class_refused", "\(refused.errors)")
    }
    // A stage on the cluster is refused before another stage has worked for it.
    try factory.write(
      "workflow.yaml",
      """
      name: houses
      data: {source: houses.csv, target: price}
      train: {site: hpc, resources: {cpus: 1}, search: {trials: 2}}
      """)
    let run = try factory("run", "workflow.yaml", "--output", "json")
    #expect(run.error["code"] as? String == "data_class_refused", "\(run.errors)")
    #expect((run.error["message"] as? String)?.hasPrefix("train: ") == true, "\(run.errors)")

    #expect(try factory("sites", "set", "hpc", "--data-classes", "internal,public").status == 0)
    let job = try factory(
      "jobs", "submit", "--site", "hpc", "--dataset", "houses", "--wait", "--", "sh", "-c",
      "ls $AIFACTORY_DATASET_DIR")
    #expect(job.status == 0, "\(job.output)\(job.errors)")
    withExtendedLifetime(cluster) {}
  }
}
