import Basics
import Compute
import JobProtocol
import Logging
import TestSupport
import Testing

@testable import Workflows

/// Searches whose trials run inside of few allocations of a site.
@Suite(.timeLimit(.minutes(2))) struct CommandAllocationTests {
  private static func file(_ search: String) -> String {
    """
    name: w
    train:
      command: train --x {x}
      site: hpc
      resources: {cpus: 2, memory: 1GB}
      search: {parameters: {x: {uniform: [0, 4]}}, metric: loss, \(search)}

    """
  }

  private static func loss(_ spec: JobSpec) -> Double { abs((Double(spec.command[2]) ?? .nan) - 1) }

  @Test func `trials run inside of allocations that have places for all at a time`() async throws {
    let factory = try ScriptedFactory { spec, _ in .logs(Self.loss(spec)) }
    let run = try await factory.run(
      Self.file("trials: 12, parallel: 5, allocations: 2, allocation_time: 1h"))
    #expect(run.status == .succeeded, "\(String(describing: run.failure))")
    #expect(run.command?.completedTrials == 12)
    let specs = await factory.jobs.specs
    let allocations = specs.filter { $0.purpose == "allocation" }
    #expect(allocations.count == 2)
    for spec in allocations {
      #expect(spec.packing?.places == 3 && spec.command.last == "3")
      #expect(spec.resources.cpus == 6 && spec.resources.memoryBytes == 3_000_000_000)
      #expect(spec.resources.timeLimitMs == 3_600_000 && spec.site == "hpc")
    }
    let trials = specs.filter(\.isPacked)
    #expect(trials.count == 12)
    #expect(Set(specs.map { $0.packing?.pack }).count == 1)
    #expect(trials.allSatisfy { $0.resources.cpus == 2 })
    #expect(await factory.jobs.running == 0, "the allocations were given back")
  }

  @Test func `a trial whose allocation was lost runs again`() async throws {
    let factory = try ScriptedFactory { spec, attempt in
      attempt == 1 && Self.loss(spec) > 1 ? .dies : .logs(Self.loss(spec))
    }
    let run = try await factory.run(
      Self.file("trials: 10, parallel: 2, allocations: 1, sampler: random"))
    #expect(run.command?.completedTrials == 10 && run.command?.failedTrials == 0)
  }

  @Test func `canceling ends trials and allocations`() async throws {
    let factory = try ScriptedFactory { _, _ in .follows([]) }
    let run = try await factory.canceled(
      Self.file("trials: 9, parallel: 4, allocations: 2"), once: 6)
    #expect(run.status == .canceled)
    #expect(await factory.jobs.running == 0)
  }

  @Test func `a person who ends all allocations ends the search`() async throws {
    let factory = try ScriptedFactory { _, _ in .follows([]) }
    let parts = factory.parts
    let id = try await factory.submit(Self.file("trials: 9, parallel: 2, allocations: 2"))
    async let drive: Void = WorkflowDrive(parts: parts, id: id, logger: Logger(label: "test"))
      .drive()
    while await factory.jobs.running < 4 { try await Task.sleep(for: .milliseconds(5)) }
    for job in await factory.jobs.ids(where: { $0.purpose == "allocation" }) {
      _ = try await factory.jobs.cancel(job)
    }
    try await drive
    let run = try await parts.store.run(id)
    #expect(run.status == .failed && run.failure?.code == "job_canceled")
    #expect(await factory.jobs.running == 0)
  }
}
