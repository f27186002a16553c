import Basics
import Foundation
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// What the agent's program tells of attempts to a server that does not see them, and what is made of it.
@Suite(.timeLimit(.minutes(1))) struct CollectorTests {
  private func collect(_ request: CollectRequest) async throws -> CollectAnswer {
    let run = CommandRun(
      program: "env", arguments: [packageFolder + "/.build/debug/aifactory-agent", "collect"],
      environment: ["PATH": "/usr/bin:/bin"], patience: .seconds(20))
    let answer = try #require(try await run.answer(input: request.encoded()))
    #expect(answer.status == 0)
    return try CollectAnswer(decoding: answer.output)
  }

  @Test func `new bytes arrive once, a journal after the files that it speaks of`() async throws {
    let site = try TemporaryFolder()
    let here = try TemporaryFolder()
    try site.write("journal of five", to: "journal")
    try site.write("0123456789", to: "uploads/abc")
    try site.write("printed", to: "stdout.log")
    try site.write("", to: "spec.claimed")
    try here.write("", to: "spec")
    let folder = AttemptFolder(path: here.path)
    let mirror = AttemptMirror(folder)
    var journalWasThere = false
    var rounds = 0
    while rounds < 40 {
      rounds += 1
      let answer = try await collect(
        CollectRequest(
          attempts: [.init(folder: site.path, known: mirror.known)], limit: 4))
      let look = try mirror.take(try #require(answer.attempts.first))
      if FileTree.exists(folder.journal), try !here.text("journal").isEmpty {
        journalWasThere = true
        #expect(try here.text("uploads/abc") == "0123456789", "whole before the journal names it")
        #expect(try here.text("stdout.log") == "printed", "whole before the journal ends")
      }
      if look.isComplete { break }
    }
    #expect(journalWasThere)
    #expect(rounds > 3, "the limit is kept")
    #expect(try here.text("journal") == "journal of five")
    #expect(try here.text("stdout.log") == "printed")
    #expect(AttemptFiles.isClaimed(folder))
    let last = try await collect(
      CollectRequest(attempts: [.init(folder: site.path, known: mirror.known)], limit: 1_000))
    #expect(last.attempts == [.init(isClaimed: true, isComplete: true, news: [])])
  }

  @Test func `a loud attempt leaves the others their share`() async throws {
    let loud = try TemporaryFolder()
    let quiet = try TemporaryFolder()
    try loud.write(String(repeating: "x", count: 1_000), to: "stdout.log")
    try loud.write("end", to: "journal")
    try quiet.write("end", to: "journal")
    let answer = try await collect(
      CollectRequest(
        attempts: [.init(folder: loud.path, known: []), .init(folder: quiet.path, known: [])],
        limit: 100))
    #expect(answer.attempts.map(\.isComplete) == [false, true])
    #expect(answer.attempts[0].news.map(\.name) == ["stdout.log"])
    #expect(answer.attempts[0].news[0].bytes.count == 50)
    #expect(answer.attempts[1].news.map(\.bytes) == [Array("end".utf8)])
  }

  @Test func `an attempt that is not there has no news`() async throws {
    let answer = try await collect(
      CollectRequest(attempts: [.init(folder: "/nowhere", known: [])], limit: 10))
    #expect(answer.attempts == [.init(isClaimed: false, isComplete: true, news: [])])
  }

  @Test func `what does not follow on what is here is not taken`() throws {
    let here = try TemporaryFolder()
    try here.write("12", to: "journal")
    let look = try AttemptMirror(AttemptFolder(path: here.path)).take(
      .init(
        isClaimed: false, isComplete: true,
        news: [.init(name: "journal", offset: 1, bytes: Array("x".utf8))]))
    #expect(!look.isComplete)
    #expect(try here.text("journal") == "12")
  }

  @Test(arguments: ["../journal", "uploads/../x", "uploads/", "uploads/a/b", "spec", "/etc/x", ""])
  func `a name from elsewhere is no path`(name: String) {
    #expect(!AttemptMirror.isAllowed(name))
  }

  @Test func `an answer that was cut short is none`() throws {
    let news = CollectAnswer.News(name: "journal", offset: 3, bytes: [1, 2])
    let bytes = CollectAnswer(
      attempts: [.init(isClaimed: true, isComplete: false, news: [news])]
    ).encoded()
    for length in 0..<bytes.count {
      #expect(throws: JobProtocolError.self) {
        try CollectAnswer(decoding: Array(bytes.prefix(length)))
      }
    }
  }
}
