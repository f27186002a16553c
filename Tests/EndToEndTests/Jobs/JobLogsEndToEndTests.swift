import Basics
import Foundation
import TestSupport
import Testing

/// What jobs have printed, through the built programs.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct JobLogsEndToEndTests {
  @Test func `who follows a job sees all its attempts`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let id = try factory(
      "jobs", "submit", "--output", "quiet", "--time", "1s", "--grace", "1s", "--restart",
      "timeout", "--restart-at-most", "2", "--", "sh", "-c",
      "echo a$AIFACTORY_ATTEMPT; [ $AIFACTORY_ATTEMPT = 3 ] || exec sleep 60"
    ).output.trimmingCharacters(in: .newlines)
    let followed = try factory("jobs", "logs", "-f", id)
    #expect(followed.output == "a1\na2\na3\n")
    #expect(followed.errors == "Attempt 2:\nAttempt 3:\n")
    #expect(try factory("jobs", "logs", id).output == "a3\n")
    #expect(try factory("jobs", "logs", "--attempt", "2", id).output == "a2\n")
    let wrong = try factory("jobs", "logs", "--attempt", "4", "--output", "json", id)
    #expect(wrong.status == 2)
    #expect(wrong.error["code"] as? String == "job_attempt_unknown")
  }

  @Test func `a service's name stands for the job that has the requests`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let started = try factory(
      "jobs", "submit", "--service", "web", "--wait", "--", "sh", "-c",
      "echo here; exec python3 -m http.server --bind 127.0.0.1 $PORT")
    #expect(started.status == 0, "\(started.errors)")
    #expect(try factory("jobs", "logs", "web").output.hasPrefix("here\n"))
    #expect(try factory("jobs", "attach", "web", "--", "sh", "-c", "exit 7").status == 7)
    #expect(try factory("jobs", "logs", "array_x").errors.contains("jobs list --array"))
  }

  @Test func `a reader that has seen enough ends it without a word`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let id = try factory(
      "jobs", "submit", "--wait", "--output", "quiet", "--", "sh", "-c",
      "yes 0123456789 | head -c 4000000"
    ).output.trimmingCharacters(in: .newlines)
    let script = try factory.write(
      "first",
      "\"$1\" --home \"$2\" jobs logs $3 2>errors | head -n 1\necho ${PIPESTATUS[0]}\ncat errors\n")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = [script, FactoryProgram.products + "/aifactory", factory.home, id]
    process.currentDirectoryURL = URL(fileURLWithPath: factory.folder)
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let said = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    // As a program that SIGPIPE ends.
    #expect(String(decoding: said, as: UTF8.self) == "0123456789\n141\n")
  }
}
