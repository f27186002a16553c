import Basics
import Experimentation
import JobProtocol
import Logging
import Optimization
import TestSupport
import Testing

@testable import Workflows

/// Commands that bring their code along.
@Suite(.timeLimit(.minutes(2))) struct CommandCodeTests {
  private static let file = """
    name: w
    train:
      command: train --x {x} --n={trial}
      code: code
      search: {parameters: {x: {uniform: [0, 4]}}, metric: loss, trials: 3, parallel: 1}

    """

  private func factory(
    _ script: @escaping @Sendable (JobSpec, Int) -> ScriptedCommands.Deed = { _, _ in .logs(1) }
  ) throws -> ScriptedFactory {
    let factory = try ScriptedFactory(script)
    try factory.ledger.folder.write("print(1)\n", to: "code/train.py")
    return factory
  }

  private func plan(
    _ factory: ScriptedFactory, _ text: String = file
  ) async throws -> [WorkflowPlanner.Stage] {
    try await WorkflowPlanner(parts: factory.parts).plan(
      text: text, filePath: "w.yaml", baseFolder: factory.ledger.folder.path
    ).stages
  }

  @Test func `all trials start in the same code, and are taken over while it stays`() async throws {
    let factory = try factory()
    #expect(try await plan(factory).first?.reasons == ["It has never run."])
    let first = try await factory.run(Self.file)
    #expect(first.status == .succeeded, "\(String(describing: first.failure))")
    let specs = await factory.jobs.specs
    #expect(specs.count == 3)
    let code = try #require(specs.first?.code)
    #expect(specs.allSatisfy { $0.code == code && $0.workingDirectory == nil })
    #expect(try await plan(factory).map(\.isReused) == [true])
    let second = try await factory.run(Self.file)
    #expect(second.stage(.train)?.isReused == true)
    #expect(second.command == first.command)
    #expect(await factory.jobs.specs.count == 3)
    let (own, root) = try await factory.ledger.ledger.read { db in
      let own = try RunStore.details(#require(RunID(first.command?.run ?? "")), in: db)
      return (own, try RunStore.details(WorkflowTracking.root(of: second.id), in: db))
    }
    #expect(own.tags[RunTagKey.code] == code.snapshot)
    #expect(root.tags["aifactory.stage.train"] == "reused")
    #expect(root.tags["aifactory.stage.train.run"] == first.command?.run)
  }

  @Test func `changed code runs the stage again, and the plan names the files`() async throws {
    let factory = try factory()
    _ = try await factory.run(Self.file)
    let folder = factory.ledger.folder
    try folder.write("print(2)\n", to: "code/train.py")
    try folder.write("", to: "code/lib/new.py")
    let stage = try #require(try await plan(factory).first)
    #expect(!stage.isReused && stage.reasons.count == 2)
    #expect(stage.reasons.first?.hasPrefix("code snapshot changed from ") == true)
    #expect(stage.reasons.last == "In the code, lib/new.py is new, train.py changed.")
    let run = try await factory.run(Self.file)
    #expect(run.stage(.train)?.isReused == false && run.stage(.train)?.key == stage.key)
    let snapshots = await factory.jobs.specs.map { $0.code?.snapshot }
    #expect(snapshots.count == 6 && Set(snapshots).count == 2)
    // What was there before is known yet.
    try folder.write("print(1)\n", to: "code/train.py")
    try FileTree.remove(folder.path("code/lib"))
    #expect(try await plan(factory).map(\.isReused) == [true])
  }

  @Test func `what a command runs with is part of its key, too`() async throws {
    let factory = try factory()
    let folder = factory.ledger.folder
    try folder.write("numpy==2.4.0\n", to: "requirements.txt")
    let text = Self.file.replacing(
      "  code: code", with: "  code: code\n  environment: {python: requirements.txt, modules: [m]}")
    _ = try await factory.run(text)
    let software = try #require(await factory.jobs.specs.first?.software)
    #expect(software.requirements?.count == 64)
    try folder.write("numpy==2.4.1\n", to: "requirements.txt")
    let reasons = try #require(try await plan(factory, text).first?.reasons)
    #expect(reasons.count == 1 && reasons[0].hasPrefix("input requirements changed from "))
    let other = text.replacing("[m]", with: "[m, n]")
    #expect(
      try await plan(factory, other).first?.reasons.last
        == "parameter environment.modules changed from m to m n")
    // An image is known by its size and time.
    try folder.write("1", to: "a.sif")
    let boxed = Self.file.replacing(
      "  code: code", with: "  code: code\n  environment: {container: a.sif}")
    _ = try await factory.run(boxed)
    #expect(
      await factory.jobs.specs.last?.software == JobSoftware(container: folder.path("a.sif")))
    #expect(try await plan(factory, boxed).first?.isReused == true)
    try folder.write("22", to: "a.sif")
    #expect(try await plan(factory, boxed).first?.isReused == false)
  }

  @Test func `how many nodes a command runs on is part of its key`() async throws {
    let factory = try factory()
    let one = Self.file.replacing("  code: code", with: "  code: code\n  site: hpc")
    _ = try await factory.run(one)
    #expect(await factory.jobs.specs.allSatisfy { $0.nodes == nil })
    let single = one.replacing("  code: code", with: "  code: code\n  resources: {nodes: 1}")
    #expect(try await plan(factory, single).map(\.isReused) == [true])
    let two = one.replacing("  code: code", with: "  code: code\n  resources: {nodes: 2}")
    #expect(try await plan(factory, two).first?.reasons == ["parameter nodes is new: 2"])
    _ = try await factory.run(two)
    #expect(await factory.jobs.specs.suffix(3).allSatisfy { $0.nodes == 2 && $0.site == "hpc" })
  }

  @Test func `a run goes on with the code that it was accepted with`() async throws {
    let factory = try factory { spec, _ in
      spec.command.last == "--n=1" ? .follows([]) : .logs(1)
    }
    let id = try await factory.submit(Self.file)
    // Edited before the first trial, and gone before the last.
    try factory.ledger.folder.write("print(2)\n", to: "code/train.py")
    let run = try await factory.runTwice(id) {
      try FileTree.remove(factory.ledger.folder.path("code"))
    }
    #expect(run.status == .succeeded)
    let snapshots = await factory.jobs.specs.map { $0.code?.snapshot }
    #expect(snapshots.count == 3 && Set(snapshots).count == 1)
    let manifest = try factory.parts.objects.manifest(
      try #require(ObjectDigest(hex: snapshots.first.flatMap(\.self) ?? "")))
    #expect(manifest.files.map(\.sha256) == [ObjectDigest(of: Array("print(1)\n".utf8))])
  }

  @Test func `what was deleted since is made again`() async throws {
    let factory = try factory { _, _ in .models(1) }
    let ledger = factory.ledger.ledger
    let text = Self.file + "register: {model: m}\n"
    let first = try await factory.run(text)
    #expect(first.registration?.version == 1)
    #expect(try await plan(factory, text).map(\.isReused) == [true, true])
    let second = try await factory.run(text)
    #expect(second.stages.map(\.isReused) == [true, true])
    #expect(second.registration == first.registration)
    let best = try #require(RunID(first.command?.bestRun ?? ""))
    try await ledger.write { db in
      for model in try LoggedModelStore.models(loggedBy: best, in: db) {
        try LoggedModelStore.delete(model.id, nowMs: 1, in: db)
      }
    }
    #expect(try await plan(factory, text).map(\.isReused) == [false, false])
    let third = try await factory.run(text)
    #expect(third.stage(.train)?.isReused == false && third.registration?.version == 2)
    let own = try #require(RunID(third.command?.run ?? ""))
    try await ledger.write { db in
      try RunStore.setLifecycle(.deleted, of: own, nowMs: 1, in: db)
    }
    #expect(try await plan(factory, text).first?.isReused == false)
  }

  @Test func `a command starts where the workflow's file lies in the code`() async throws {
    let folder = try TemporaryFolder()
    try folder.write("1", to: "project/lib.py")
    try folder.write("2", to: "project/studies/train.py")
    let objects = ObjectStore(root: folder.path("objects"))
    func inputs(_ code: String) async throws -> CommandInputs {
      try await CommandInputs.keep(
        CommandTraining(
          command: CommandTemplate(words: ["t"]), search: nil, resources: JobResources(),
          codeFolder: code), file: "somewhere/w.yaml", baseFolder: folder.path("project/studies"),
        in: objects)
    }
    let whole = try await inputs("..")
    #expect(whole.code?.start == "studies")
    let (itself, absolute) = (try await inputs("."), try await inputs(folder.path("project")))
    #expect(itself.code?.start == "" && itself.code?.snapshot != whole.code?.snapshot)
    #expect(absolute == whole)
    // The workflow's own file does not count, others do.
    try folder.write("3", to: "project/studies/w.yaml")
    #expect(try await inputs("..") == whole)
    try folder.write("3", to: "project/w.yaml")
    #expect(try await inputs("..") != whole)
    await #expect(throws: (any Error).self) { try await inputs("nowhere") }
  }
}
