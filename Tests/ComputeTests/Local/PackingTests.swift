import Basics
import Testing

@testable import Compute

struct PackingTests {
  private let packing = Packing(
    capacity: SiteCapacity(cpus: [0, 1, 2, 3], memoryBytes: 1_000, gpus: [0]), patienceMs: 100)

  private func demand(
    cpus: Int = 1, memory: Int64 = 0, gpus: Int = 0, isService: Bool = false, since: Int64 = 0
  ) -> Packing.Demand {
    Packing.Demand(
      job: .random(), cpus: cpus, memoryBytes: memory, gpus: gpus, isService: isService,
      waitingSinceMs: since)
  }

  @Test func `jobs start in order while there is room, on cores of their own`() {
    let waiting = [demand(cpus: 2), demand(), demand(cpus: 2), demand()]
    let plan = packing.plan(waiting: waiting, holding: [], nowMs: 50)
    #expect(plan.map(\.job) == [waiting[0].job, waiting[1].job, waiting[3].job])
    #expect(plan.map(\.cpus) == [[0, 1], [2], [3]])
  }

  @Test func `a large job that waited for its patience is overtaken no more`() {
    let large = demand(cpus: 4)
    let waiting = [large, demand()]
    let holding = [Packing.Holding(job: .random(), cpus: [0], memoryBytes: 0, gpus: [])]
    #expect(packing.plan(waiting: waiting, holding: holding, nowMs: 99).count == 1)
    #expect(packing.plan(waiting: waiting, holding: holding, nowMs: 100).isEmpty)
    #expect(packing.plan(waiting: waiting, holding: [], nowMs: 100).map(\.job) == [large.job])
  }

  @Test func `what a large job waits for is kept for it, and the rest may go to others`() {
    let large = demand(cpus: 4, memory: 500)
    let waiting = [
      large, demand(), demand(memory: 600, isService: true, since: 150),
      demand(memory: 400, isService: true),
    ]
    let holding = [Packing.Holding(job: .random(), cpus: [0], memoryBytes: 0, gpus: [])]
    let plan = packing.plan(waiting: waiting, holding: holding, nowMs: 200)
    #expect(plan.map(\.job) == [waiting[3].job])
  }

  @Test func `a job that is larger than the site blocks nobody`() {
    let waiting = [demand(cpus: 5), demand()]
    #expect(packing.plan(waiting: waiting, holding: [], nowMs: 200).map(\.job) == [waiting[1].job])
  }

  @Test func `memory and accelerators are packed as well`() {
    let waiting = [
      demand(memory: 600), demand(memory: 600), demand(gpus: 1), demand(gpus: 1),
      demand(memory: 400),
    ]
    let plan = packing.plan(waiting: waiting, holding: [], nowMs: 0)
    #expect(plan.map(\.job) == [waiting[0].job, waiting[2].job, waiting[4].job])
    #expect(plan.map(\.gpus) == [[], [0], []])
  }

  @Test func `a service takes no cores`() {
    let waiting = [demand(cpus: 4), demand(cpus: 4, isService: true)]
    let plan = packing.plan(waiting: waiting, holding: [], nowMs: 0)
    #expect(plan.map(\.cpus) == [[0, 1, 2, 3], []])
  }

  @Test func `whatever waits, no core and no accelerator is given twice and memory suffices`() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<300 {
      let waiting = (0..<12).map { _ in
        demand(
          cpus: 1 + generator.next(below: 4), memory: Int64(generator.next(below: 700)),
          gpus: generator.next(below: 2), isService: generator.next(below: 4) == 0,
          since: Int64(generator.next(below: 200)))
      }
      let plan = packing.plan(waiting: waiting, holding: [], nowMs: 200)
      let cpus = plan.flatMap(\.cpus)
      #expect(Set(cpus).count == cpus.count)
      #expect(plan.flatMap(\.gpus).count <= 1)
      #expect(plan.reduce(0) { $0 + $1.memoryBytes } <= 1_000)
      #expect(plan.first?.job == waiting[0].job, "the first always starts when all is free")
    }
  }
}
