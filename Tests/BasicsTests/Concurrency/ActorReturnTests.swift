import Foundation
import TestSupport
import Testing

/// What the optimizer makes of functions that run where their caller does, with the flags of this package.
struct ActorReturnTests {
  /// Without the flags these functions, as Swift 6.3.1 compiles them, do not return to the actor, which ends the program.
  @Test func `an optimized function that an actor calls returns to the actor`() throws {
    let folder = try TemporaryFolder()
    let source = try folder.write(Self.source, to: "program.swift")
    let program = folder.path("program")
    let (built, said) = try Self.run(
      ["swiftc", "-O", "-wmo", "-parse-as-library", "-swift-version", "6"]
        + ["-enable-upcoming-feature", "NonisolatedNonsendingByDefault"]
        + (try Self.flags()) + [source, "-o", program])
    try #require(built == 0, "\(said)")
    for way in ["signature", "generic", "closure"] {
      #expect(try Self.run(["SWIFT_BACKTRACE=enable=no", program, way]).status == 0, "\(way)")
    }
  }

  private static let source = """
    @concurrent @inline(never)
    func elsewhere() async throws { try await Task.sleep(for: .milliseconds(1)) }

    @inline(never)
    func signature(_ number: Int, _ unused: Int) async throws -> Int {
      try await elsewhere()
      return number
    }

    @inline(never)
    func generic<Value: Sendable>(_ value: Value) async throws -> Value {
      try await elsewhere()
      return value
    }

    @inline(never)
    func closure(_ body: () async throws -> Int) async throws -> Int { try await body() }

    actor Counter {
      var count = 0

      func add(_ way: String, _ number: Int) async throws {
        switch way {
        case "signature": count += try await signature(number, number)
        case "generic": count += try await generic(number)
        default:
          count += try await closure {
            try await elsewhere()
            return number
          }
        }
        preconditionIsolated()
      }
    }

    @main
    struct Program {
      static func main() async throws {
        try await Counter().add(CommandLine.arguments[1], CommandLine.arguments.count)
      }
    }
    """

  /// What `Package.swift` tells the optimizer.
  private static func flags() throws -> [String] {
    let root = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
      url.deletingLastPathComponent()
    }
    let package = try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
    let line = try #require(
      package.split(separator: "\n").first { $0.hasPrefix("let keepsHops = ") },
      "Package.swift says nothing of hops.")
    return line.split(separator: "\"").enumerated().filter { $0.offset % 2 == 1 }
      .map { String($0.element) }
  }

  private static func run(_ words: [String]) throws -> (status: Int32, said: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, pipe)
    try process.run()
    let said = String(
      decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, said)
  }
}
