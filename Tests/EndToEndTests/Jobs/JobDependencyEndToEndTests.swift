import Basics
import Foundation
import Glibc
import TestSupport
import Testing

/// Jobs that follow others, through the built programs.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct JobDependencyEndToEndTests {
  @Test func `jobs follow one another through a kill of the server, and a failure ends the rest`()
    async throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    func submit(_ words: String...) throws -> String {
      let answer = try factory.run(["jobs", "submit", "--output", "quiet"] + words)
      #expect(answer.status == 0, "\(answer.errors)")
      return answer.output.trimmingCharacters(in: .newlines)
    }
    func reason(_ id: String) throws -> String? {
      try factory("jobs", "show", id, "--output", "json").json["reason"] as? String
    }
    let data = try submit(
      "--name", "data", "--", "sh", "-c",
      "while ! [ -e \(factory.folder)/go ]; do sleep 0.05; done; [ $AIFACTORY_ATTEMPT = 2 ]")
    let train = try submit(
      "--after", data, "--array", "2", "--experiment", "follow", "--", "sh", "-c", "echo trained")
    let report = try submit("--after", data, "--after", train, "--", "echo", "done")
    let shown = try factory("jobs", "show", report, "--output", "json").json
    #expect(shown["after"] as? [String] == [data, train])
    #expect(try factory("jobs", "show", report).output.contains("\(data), \(train)"))
    let why = try factory("jobs", "explain", report).output
    #expect(why.contains("The job waits for \(data) (data) to succeed, which "), "\(why)")
    #expect(why.contains("all jobs of \(train) (sh) to succeed; 2 of 2 are left"), "\(why)")
    let unknown = try factory(
      "jobs", "submit", "--after", String(data.dropLast()), "--output", "json", "--", "true")
    #expect(unknown.error["code"] as? String == "job_spec_invalid")

    #expect(kill(try factory.serverFile().pid, SIGKILL) == 0)
    try factory.write("go", "")
    try await factory.until(30, "the failure has reached the last") {
      try reason(report) == "dependency_failed"
    }
    #expect(try reason(data) == "failed")
    let array = try factory("jobs", "show", train, "--output", "json").json
    #expect(array["reasons"] as? [String: Int] == ["dependency_failed": 2])
    let list = try factory("jobs", "list", "--array", train, "--output", "json").json
    let jobs = try #require(list["jobs"] as? [[String: Any]])
    let run = try #require(jobs.first?["run"] as? String)
    #expect(
      try factory("runs", "show", run, "--output", "json").json["status"] as? String == "FAILED")
    let late = try factory(
      "jobs", "submit", "--service", "web", "--after", data, "--output", "json", "--", "true")
    #expect(late.error["code"] as? String == "dependency_failed")
    #expect(try factory("jobs", "retry", report).status == 2)

    #expect(try factory("jobs", "retry", data).status == 0)
    for job in jobs {
      #expect(try factory("jobs", "retry", try #require(job["id"] as? String)).status == 0)
    }
    #expect(try factory("jobs", "retry", report).status == 0)
    let last = try factory("jobs", "submit", "--wait", "--after", report, "--", "echo", "last")
    #expect(last.status == 0, "\(last.errors)")
    #expect(try factory("jobs", "logs", report).output == "done\n")
    #expect(
      try factory("runs", "show", run, "--output", "json").json["status"] as? String == "FINISHED")
  }
}
