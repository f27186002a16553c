import Basics
import Foundation
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// Python environments of jobs, made by the real agent with the machine's own Python.
@Suite(.timeLimit(.minutes(3))) struct PythonEnvironmentTests {
  private static let script = """
    import sys, tinything; print(tinything.version); print(sys.prefix)
    """

  /// A requirements file that names the tiny package alone, wherever no index is asked.
  private static func requirements(_ version: String, in folder: TemporaryFolder) throws -> String {
    try FileTree.createFolder(folder.path("wheels"))
    return try folder.write(
      "--no-index\n--find-links \(folder.path("wheels"))\ntinything==\(version)\n",
      to: "sources/requirements-\(version).txt")
  }

  private static func submit(_ requirements: String, to jobs: Jobs) async throws -> Job {
    var spec = JobSpec(name: "test", command: ["python", "-c", script])
    spec.software = JobSoftware(requirements: try await jobs.keepRequirements(requirements))
    return try await jobs.submit(spec)
  }

  @Test func `jobs that start together make an environment once, later ones find it`() async throws
  {
    let home = try JobsUnderTest()
    let folder = home.home.folder
    let path = try Self.requirements("1.0", in: folder)
    try PythonWheel.make(version: "1.0", in: folder.path("wheels"))
    try await home.serve { jobs in
      var places: Set<Substring> = []
      var makers = 0
      func see(_ job: Job) async throws {
        let ended = try await jobs.waitForEnd(job.id)
        #expect(ended.reason == .succeeded, "\(String(describing: ended.message))")
        let lines = try await jobs.text(ended).split(separator: "\n")
        #expect(lines.first == "1.0")
        places.insert(try #require(lines.last))
        let said = try await jobs.text(ended, .stderr)
        if said.contains("making the Python environment") { makers += 1 }
      }
      var together: [Job] = []
      for _ in 0..<3 { together.append(try await Self.submit(path, to: jobs)) }
      for job in together { try await see(job) }
      #expect(makers == 1)
      // Whatever has become of the file: it was kept.
      try FileTree.remove(path)
      try await see(try await jobs.retry(together[0].id))
      #expect(makers == 1)
      let place = String(try #require(places.first))
      #expect(places.count == 1)
      #expect(FileTree.folder(of: place) == folder.path("environments"))
      #expect(ObjectDigest(hex: FileTree.name(of: place)) != nil)
      // What was left half-made is made anew.
      try FileTree.remove(place + "/complete")
      try FileTree.remove(place + "/bin/python")
      try await see(try await jobs.retry(together[1].id))
      #expect(makers == 2)
      #expect(places.count == 1)
    }
  }

  @Test func `what pip says last is why a job could not start, and the next try is free`()
    async throws
  {
    let home = try JobsUnderTest()
    let folder = home.home.folder
    let path = try Self.requirements("2.0", in: folder)
    try await home.serve { jobs in
      let job = try await Self.submit(path, to: jobs)
      let failed = try await jobs.waitForEnd(job.id)
      #expect(failed.reason == .launchFailed)
      let message = try #require(failed.message)
      #expect(message.hasPrefix("the Python environment could not be made"))
      #expect(message.contains("tinything==2.0"))
      #expect(try await jobs.text(failed) == "")
      let left = try FileTree.names(in: folder.path("environments"))
      #expect(left.allSatisfy { $0.hasSuffix(".txt") || $0.hasSuffix(".lock") })
      try PythonWheel.make(version: "2.0", in: folder.path("wheels"))
      let ended = try await jobs.waitForEnd(try await jobs.retry(job.id).id)
      #expect(ended.reason == .succeeded, "\(String(describing: ended.message))")
    }
  }

  @Test func `a cluster's nodes unpack what one of them has made and packed`() throws {
    let folder = try TemporaryFolder()
    let requirements = try Self.requirements("3.0", in: folder)
    try PythonWheel.make(version: "3.0", in: folder.path("wheels"))
    for name in ["scratch", "attempt"] { try FileTree.createFolder(folder.path(name)) }
    func run() throws -> (said: String, status: Int32) {
      var script = PreparationScript()
      script.add(
        PythonPreparation(
          requirements: requirements, store: folder.path("scratch"), isShared: true
        ).step)
      script.add("python -c 'import tinything; print(tinything.version)'")
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", script.text]
      process.currentDirectoryURL = URL(fileURLWithPath: folder.path("attempt"))
      var variables = ProcessInfo.processInfo.environment
      variables["AIFACTORY_NODE_DISK"] = folder.path("disk")
      process.environment = variables
      let said = Pipe()
      process.standardError = said
      try process.run()
      let text = try said.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      return (String(decoding: text, as: UTF8.self), process.terminationStatus)
    }
    let first = try run()
    #expect(first.status == 0, "\(first.said)")
    #expect(first.said.contains("making the Python environment"))
    let archives = try FileTree.names(in: folder.path("scratch")).filter { $0.hasSuffix(".tar") }
    #expect(archives.count == 1)
    // The same path on another node, where nothing is yet.
    try FileTree.remove(folder.path("disk"))
    for attempt in 1...2 {
      let next = try run()
      #expect(next.status == 0, "\(attempt): \(next.said)")
      #expect(!next.said.contains("making"))
      #expect(next.said.hasSuffix("3.0\n"))
    }
    // A damaged archive is told, and nothing of it is used.
    try FileTree.remove(folder.path("disk"))
    try folder.write("no archive", to: "scratch/" + (try #require(archives.first)))
    #expect(try run().status == 1)
    #expect(try folder.text("attempt/failure").contains("could not be unpacked"))
  }
}
