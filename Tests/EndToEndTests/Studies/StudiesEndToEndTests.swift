import Foundation
import Testing

/// What can be learned of a search, through the built program.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct StudiesEndToEndTests {
  @Test func `a workflow's search is ranked, explained, compared and shown on a page`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 300))
    for trials in [14, 15] {
      // Each trial completes, and counts for what is learned.
      try factory.write(
        "workflow.yaml",
        SampleTables.workflow(trials: trials)
          .replacing("sampler: tpe", with: "sampler: tpe, pruner: none"))
      let run = try factory("run", "workflow.yaml")
      #expect(run.status == 0, "\(run.errors)")
    }
    let ids = try factory("studies", "list", "--output", "quiet").output
      .split(separator: "\n").map(String.init)
    try #require(ids.count == 2)
    let study = try factory("studies", "show", ids[0], "--output", "json")
    let trials = try #require(study.json["trials"] as? [[String: Any]])
    #expect(trials.count == 15)
    let space = try #require(study.json["space"] as? [String: Any])
    let parameters = try #require(space["parameters"] as? [[String: Any]])
    #expect(parameters.contains { $0["name"] as? String == "eta" })
    #expect(study.json["budget"] as? Int == 15)

    let best = try factory("studies", "best", ids[0], "--output", "json")
    let leader = try #require(best.json["trial"] as? [String: Any])
    let values = trials.compactMap { trial in
      trial["outcome"] as? String == "completed" ? trial["value"] as? Double : nil
    }
    #expect(leader["value"] as? Double == values.min())

    for method in ["fanova", "permutation"] {
      let importance = try factory(
        "studies", "importance", ids[0], "--method", method, "--output", "json")
      #expect(importance.status == 0, "\(importance.errors)")
      let shares = try #require(importance.json["parameters"] as? [[String: Any]])
      #expect(shares.count == parameters.count)
      // A parameter counts over the trials that have it: not all do where it depends on another.
      for share in shares {
        let name = try #require(share["name"] as? String)
        let having = trials.filter {
          $0["outcome"] as? String == "completed"
            && ($0["parameters"] as? [String: Any])?[name] != nil
        }
        #expect(share["trials"] as? Int == having.count, "\(name)")
        #expect((having.count == values.count) == (name != "max_cat_to_onehot"), "\(name)")
      }
    }
    let table = try factory("studies", "importance", ids[0])
    #expect(table.output.contains("PARAMETER") && table.output.contains("max_leaves"))

    // The first point is the space's own, the twelfth the sampler's.
    let first = try factory("studies", "explain", ids[0], "0", "--output", "json")
    #expect(first.json["origin"] as? String == "initial", "\(first.output)\(first.errors)")
    let later = try factory("studies", "explain", ids[0], "12", "--output", "json")
    #expect(later.json["origin"] as? String == "sampler", "\(later.output)\(later.errors)")
    let missing = try factory("studies", "explain", ids[0], "99", "--output", "json")
    #expect(missing.status == 2)
    #expect(missing.error["code"] as? String == "trial_not_found")

    let comparison = try factory("studies", "compare", ids[0], ids[1], "--output", "json")
    #expect(comparison.json["comparable"] as? Bool == true, "\(comparison.output)")
    #expect((comparison.json["studies"] as? [Any])?.count == 2)

    // A search that begins where another ended tries its best point after the space's own.
    try factory.write(
      "next.yaml",
      SampleTables.workflow(trials: 12)
        .replacing("sampler: tpe", with: "sampler: tpe, warm_start: [\(ids[0])]"))
    let next = try factory("run", "next.yaml", "--output", "json")
    #expect(next.status == 0, "\(next.errors)")
    let heir = try #require(
      try factory("studies", "list", "--output", "quiet").output.split(separator: "\n").first)
    let told = try factory("studies", "show", String(heir), "--output", "json")
    let origins = try #require(told.json["warm_start"] as? [[String: Any]])
    let source = try #require(origins.first?["trial"] as? Int)
    let own = try #require((space["initial"] as? [Any])?.count)
    let taken = try factory("studies", "explain", String(heir), "\(own)", "--output", "json")
    #expect(taken.json["origin"] as? String == "initial", "\(taken.output)\(taken.errors)")
    #expect((taken.json["reason"] as? String)?.contains(ids[0]) == true, "\(taken.output)")
    let heirs = try #require(told.json["trials"] as? [[String: Any]])
    #expect(
      heirs[own]["parameters"] as? [String: String]
        == trials[source]["parameters"] as? [String: String])
    try factory.write(
      "lost.yaml",
      SampleTables.workflow(trials: 12).replacing(
        "sampler: tpe", with: "sampler: tpe, warm_start: [study_0123456789abcdefghjkmnpqrs]"))
    let lost = try factory("run", "lost.yaml", "--output", "json")
    #expect(lost.status == 1 && lost.output.contains("study_not_found"), "\(lost.output)")

    let plot = try factory("studies", "show", ids[0], "--plot")
    #expect(plot.output.contains("best so far"))
    let page = try factory("studies", "show", ids[0], "--html", "search.html")
    #expect(page.status == 0, "\(page.errors)")
    let html = try String(contentsOfFile: factory.folder + "/search.html", encoding: .utf8)
    for word in ["Functional ANOVA", "Parallel coordinates", "Timeline", "rmse along eta"] {
      #expect(html.contains(word), "\(word)")
    }
  }
}
