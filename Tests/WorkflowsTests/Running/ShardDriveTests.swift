import Basics
import DataPipelines
import Experimentation
import JobProtocol
import Logging
import TestSupport
import Testing

@testable import Workflows

/// Data stages whose tables a command makes, shard by shard.
@Suite(.timeLimit(.minutes(2))) struct ShardDriveTests {
  private static let file = """
    name: w
    data:
      source: raw/*.txt
      target: y
      prepare: {command: "count {shard} {shards}", outputs: out, code: code, shards: 3}

    """

  /// A factory with five files of which shards make a table each.
  private func factory(
    _ script: @escaping @Sendable (JobSpec, Int) -> ScriptedCommands.Deed = { spec, _ in
      .leaves(["out/b.csv": "y\n\(spec.command[1])\n", "out/a.csv": "y\n0\n"])
    }
  ) throws -> ScriptedFactory {
    let factory = try ScriptedFactory(script)
    let folder = factory.ledger.folder
    try folder.write("print(1)\n", to: "code/count.py")
    for name in ["a", "b", "c", "d", "e"] { try folder.write(name, to: "raw/\(name).txt") }
    return factory
  }

  private func plan(
    _ factory: ScriptedFactory, _ text: String = file
  ) async throws -> WorkflowPlanner.Stage {
    let stages = try await WorkflowPlanner(parts: factory.parts).plan(
      text: text, filePath: "w.yaml", baseFolder: factory.ledger.folder.path
    ).stages
    return try #require(stages.first)
  }

  /// The jobs of shards, by their numbers, in the order of submission.
  private func shards(_ factory: ScriptedFactory) async -> [String] {
    await factory.jobs.specs.filter { $0.purpose == "command" }.map { $0.command[1] }
  }

  @Test func `no shard begins where nothing could read the tables`() async throws {
    let factory = try factory()
    try FileTree.remove(factory.ledger.folder.path(ScriptedFactory.engine))
    let run = try await factory.run(Self.file)
    #expect(run.status == .failed)
    #expect(run.failure?.code == "engine_missing")
    #expect(run.failure?.message.contains("shards were not begun") == true)
    #expect(run.failure?.hint?.contains("engines install") == true)
    #expect(await shards(factory).isEmpty)
  }

  @Test func `each shard has its files, and the tables of all are the sources`() async throws {
    let factory = try factory()
    #expect(try await plan(factory).reasons == ["It has never run.", "3 of 3 shards run."])
    let run = try await factory.run(Self.file)
    #expect(run.status == .succeeded, "\(String(describing: run.failure))")
    let specs = await factory.jobs.specs.filter { $0.purpose == "command" }
    #expect(specs.map(\.command) == (0..<3).map { ["count", "\($0)", "3"] })
    #expect(specs.map { $0.array?.index } == [0, 1, 2])
    let files = try specs.map { spec in
      let digest = try #require(ObjectDigest(hex: spec.data?.files ?? ""))
      return try factory.parts.objects.manifest(digest).files.map(\.path)
    }
    #expect(files == [["raw/a.txt", "raw/d.txt"], ["raw/b.txt", "raw/e.txt"], ["raw/c.txt"]])
    #expect(specs.allSatisfy { $0.outputs == JobOutputs(paths: ["out"]) && $0.code != nil })
    let count = EnvironmentVariable("AIFACTORY_SHARDS", "3")
    #expect(specs.allSatisfy { $0.environment.contains(count) })
    #expect(
      run.dataset?.sources.map(\.name) == [
        "shard-0/out/a.csv", "shard-0/out/b.csv", "shard-1/out/a.csv", "shard-1/out/b.csv",
        "shard-2/out/a.csv", "shard-2/out/b.csv",
      ])
    #expect(run.dataset?.sources.last?.sha256 == ObjectDigest(of: Array("y\n2\n".utf8)).hex)
    #expect(run.dataset?.origin == "raw/*.txt" && run.dataset?.shards?.count == 3)
    #expect(run.stage(.data)?.jobs.count == 4)
    let parent = WorkflowTracking.id(of: .data, in: run.id)
    let job = try #require(run.dataset?.shards?.first?.job)
    let (own, stage) = try await factory.ledger.ledger.read { db in
      (try RunStore.details(.derived(from: job), in: db), try RunStore.details(parent, in: db))
    }
    #expect(own.tags[RunTagKey.parent] == parent.rawValue && own.run.name == "shard 0 of 3")
    #expect(stage.run.status == .finished && stage.run.job == run.dataset?.job)
  }

  @Test func `only the shards run again whose files changed`() async throws {
    let factory = try factory()
    _ = try await factory.run(Self.file)
    #expect(try await plan(factory).isReused)
    let second = try await factory.run(Self.file)
    #expect(second.stage(.data)?.isReused == true)
    #expect(await shards(factory) == ["0", "1", "2"])
    // Its place is before others, and stays the same.
    try factory.ledger.folder.write("other", to: "raw/b.txt")
    let stage = try await plan(factory)
    #expect(!stage.isReused && stage.reasons.count == 2)
    #expect(stage.reasons.first?.hasPrefix("input files of shard 1 of 3 changed from ") == true)
    #expect(stage.reasons.last == "1 of 3 shards run: 1.")
    let third = try await factory.run(Self.file)
    #expect(third.status == .succeeded && third.stage(.data)?.isReused == false)
    #expect(third.stage(.data)?.key == stage.key)
    #expect(await shards(factory) == ["0", "1", "2", "1"])
    // One that comes last is dealt to one shard.
    try factory.ledger.folder.write("f", to: "raw/f.txt")
    #expect(try await plan(factory).reasons.last == "1 of 3 shards run: 2.")
    // Other code, or another count, is another thing for all.
    try factory.ledger.folder.write("print(2)\n", to: "code/count.py")
    let changed = try await plan(factory)
    #expect(changed.reasons.last == "3 of 3 shards run.")
    #expect(changed.reasons.contains("In the code, count.py changed."))
    let more = Self.file.replacing("shards: 3", with: "shards: 4")
    #expect(try await plan(factory, more).reasons.last == "4 of 4 shards run.")
  }

  @Test func `where shards run, and what they may use, changes nothing that is known`() async throws
  {
    let factory = try factory()
    _ = try await factory.run(Self.file)
    let there = Self.file.replacing(
      "shards: 3", with: "shards: 3, site: hpc, resources: {cpus: 2, memory: 1GB}")
    #expect(try await plan(factory, there).isReused)
    // Another target reads the same tables anew.
    let other = there.replacing("target: y", with: "target: z")
    #expect(
      try await plan(factory, other).reasons == [
        "parameter target changed from y to z", "No shard runs: what they make is known.",
      ])
    let run = try await factory.run(other)
    #expect(run.status == .succeeded && run.dataset?.shards?.count == 3)
    #expect(await shards(factory).count == 3)
    try factory.ledger.folder.write("print(2)\n", to: "code/count.py")
    #expect(try await plan(factory, there).reasons.last == "3 of 3 shards run on hpc.")
    _ = try await factory.run(there)
    let specs = await factory.jobs.specs.filter { $0.purpose == "command" }.suffix(3)
    #expect(specs.allSatisfy { $0.site == "hpc" && $0.resources.memoryBytes == 1_000_000_000 })
  }

  @Test func `a shard that fails names its files, and what the others made is kept`() async throws {
    let factory = try factory { spec, _ in
      spec.command[1] == "1" && spec.resources.cpus == 1
        ? .fails(3, "no header\n") : .leaves(["out/a.csv": "y\n1\n"])
    }
    let run = try await factory.run(Self.file)
    #expect(run.status == .failed && run.failure?.code == "job_failed")
    let message = run.failure?.message ?? ""
    #expect(message.hasPrefix("Shard 1 of 3: The shard job job_"), "\(message)")
    #expect(message.contains("with exit code 3. Its files: 'raw/b.txt', 'raw/e.txt'."))
    #expect(message.hasSuffix("It said: no header"))
    let better = Self.file.replacing("shards: 3", with: "shards: 3, resources: {cpus: 2}")
    #expect(try await plan(factory, better).reasons.last == "1 of 3 shards run: 1.")
    let second = try await factory.run(better)
    #expect(second.status == .succeeded)
    #expect(await shards(factory) == ["0", "1", "2", "1"])
  }

  @Test func `a shard that was killed runs again, without what the first attempt left`()
    async throws
  {
    let factory = try factory { spec, attempt in
      spec.command[1] == "2" && attempt == 1
        ? .leavesHalf(["out/half.csv": "y\n"]) : .leaves(["out/a.csv": "y\n1\n"])
    }
    let run = try await factory.run(Self.file)
    #expect(run.status == .succeeded)
    #expect(run.dataset?.sources.map(\.name).last == "shard-2/out/a.csv")
    #expect(run.dataset?.sources.count == 3)
  }

  @Test func `a shard without tables fails`() async throws {
    let factory = try factory { _, _ in .leaves(["out/.hidden": "", "elsewhere.csv": "y\n"]) }
    let run = try await factory.run(Self.file)
    #expect(run.failure?.code == "no_tables")
    #expect(
      run.failure?.message
        == "3 of 3 shards failed; the first: Shard 0 of 3 left no table in 'out'.")
  }

  @Test func `a canceled run ends its shards`() async throws {
    let factory = try factory { _, _ in .follows([]) }
    let run = try await factory.canceled(Self.file, once: 3)
    #expect(run.status == .canceled)
    #expect(await factory.jobs.running == 0)
  }

  @Test func `a drive that begins again finds the shards that it had`() async throws {
    let factory = try factory { spec, _ in
      spec.command[1] == "1" ? .follows([]) : .leaves(["out/a.csv": "y\n1\n"])
    }
    let (parts, id) = (factory.parts, try await factory.submit(Self.file))
    let first = Task {
      try await WorkflowDrive(parts: parts, id: id, logger: Logger(label: "test")).drive()
    }
    while await factory.jobs.specs.count < 3 { try await Task.sleep(for: .milliseconds(5)) }
    first.cancel()
    await #expect(throws: CancellationError.self) { try await first.value }
    // Edited meanwhile: the run goes on with what it was accepted with.
    try factory.ledger.folder.write("print(2)\n", to: "code/count.py")
    let hanging = await factory.jobs.ids { $0.command.dropFirst().first == "1" }
    let second = Task {
      try await WorkflowDrive(parts: parts, id: id, logger: Logger(label: "test")).drive()
    }
    for id in hanging { _ = try await factory.jobs.cancel(id) }
    try await second.value
    let run = try await parts.store.run(id)
    #expect(run.failure?.code == "job_canceled")
    #expect(await shards(factory) == ["0", "1", "2"], "nothing was submitted twice")
  }

  @Test func `files that are code as well are refused`() async throws {
    let factory = try factory()
    let folder = factory.ledger.folder
    try folder.write("1", to: "project/raw/a.txt")
    let text = Self.file.replacing("code: code", with: "code: project")
      .replacing("raw/*.txt", with: "project/raw/*.txt")
    await #expect(throws: WorkflowError.self) { try await plan(factory, text) }
    let run = try await factory.run(text)
    #expect(run.status == .failed)
    #expect(
      run.failure?.message.contains("'project/raw/a.txt' is one of the files of data.source")
        == true)
    try folder.write("raw/\n", to: "project/.gitignore")
    let better = try await factory.run(text)
    #expect(better.status == .succeeded, "\(String(describing: better.failure))")
  }
}
