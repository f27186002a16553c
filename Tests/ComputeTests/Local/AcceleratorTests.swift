import Basics
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// Which accelerators a machine has, and which of them a job sees.
@Suite(.timeLimit(.minutes(1))) struct AcceleratorTests {
  /// What NVIDIA's driver writes for one device.
  private static func information(_ uuid: String, minor: Int) -> String {
    """
    Model: \t\t NVIDIA H100 80GB HBM3
    IRQ:   \t\t 42
    GPU UUID: \t \(uuid)
    Bus Location: \t 0000:1\(minor):00.0
    Device Minor: \t \(minor)

    """
  }

  @Test func `a type that this machine has not is refused, with what it has`() throws {
    let model = "NVIDIA H100 80GB HBM3"
    let check = JobValidation(
      capacity: SiteCapacity(
        cpus: [0], memoryBytes: 1 << 30,
        accelerators: [Accelerator(number: 0, maker: .nvidia, model: model)]))
    var spec = JobSpec(name: "n", command: ["true"], resources: JobResources(gpus: 1))
    spec.resources.gpuType = "h100"
    try check.check(spec)
    spec.resources.gpuType = "a100"
    let type = #expect(throws: JobError.self) { try check.check(spec) }
    #expect(type?.code == .resourcesImpossible)
    #expect(type?.message.hasSuffix("of the type 'a100', but this machine has \(model)") == true)
    (spec.resources.gpuType, spec.resources.features) = (nil, ["ib"])
    let feature = #expect(throws: JobError.self) { try check.check(spec) }
    #expect(feature?.message.contains("the feature 'ib'") == true)
  }

  @Test func `NVIDIA's devices are known by their driver, if this process may see them`() throws {
    let root = try TemporaryFolder()
    for (address, uuid, minor) in [
      ("0000:18:00.0", "GPU-b", 1), ("0000:0a:00.0", "GPU-a", 0), ("0000:2b:00.0", "GPU-c", 2),
    ] {
      try root.write(
        Self.information(uuid, minor: minor),
        to: "proc/driver/nvidia/gpus/\(address)/information")
    }
    for minor in 0...1 { try root.write("", to: "dev/nvidia\(minor)") }
    let found = AcceleratorDiscovery(root: root.path).accelerators()
    let model = "NVIDIA H100 80GB HBM3"
    #expect(
      found == [
        Accelerator(number: 0, maker: .nvidia, uuid: "GPU-a", model: model),
        Accelerator(number: 1, maker: .nvidia, uuid: "GPU-b", model: model),
      ])
  }

  @Test func `without the driver's words they are numbers`() throws {
    let root = try TemporaryFolder()
    try root.write("", to: "dev/nvidia3")
    #expect(
      AcceleratorDiscovery(root: root.path).accelerators()
        == [Accelerator(number: 3, maker: .nvidia)])
    try root.write(
      Self.information("GPU-????????-????", minor: 3),
      to: "proc/driver/nvidia/gpus/0000:0a:00.0/information")
    let found = AcceleratorDiscovery(root: root.path).accelerators()
    #expect(found.map(\.uuid) == [nil])
    #expect(found.map(\.model) == ["NVIDIA H100 80GB HBM3"])
  }

  @Test func `AMD's are the nodes of the topology that compute in parallel`() throws {
    let root = try TemporaryFolder()
    for (node, count) in [(0, 0), (1, 304), (2, 304)] {
      let folder = "sys/class/kfd/kfd/topology/nodes/\(node)"
      try root.write("cpu_cores_count 8\nsimd_count \(count)\n", to: folder + "/properties")
      try root.write(count == 0 ? "\n" : "aldebaran\n", to: folder + "/name")
    }
    #expect(
      AcceleratorDiscovery(root: root.path).accelerators()
        == (0...1).map { Accelerator(number: $0, maker: .amd, model: "aldebaran") })
    #expect(AcceleratorDiscovery(root: root.path + "/nowhere").accelerators() == [])
  }

  @Test func `a job is told of its own by their makers' variables`() {
    func text(_ chosen: [Int], _ all: [Accelerator]) -> [String] {
      Accelerator.variables(of: chosen, among: all).map { "\($0.name)=\($0.value)" }
    }
    let named = (0...2).map { Accelerator(number: $0, maker: .nvidia, uuid: "GPU-\($0)") }
    #expect(
      text([2, 0], named) == ["CUDA_DEVICE_ORDER=PCI_BUS_ID", "CUDA_VISIBLE_DEVICES=GPU-2,GPU-0"])
    #expect(text([], named).last == "CUDA_VISIBLE_DEVICES=")
    let mixed = [named[0], Accelerator(number: 1, maker: .nvidia)]
    #expect(text([0, 1], mixed).last == "CUDA_VISIBLE_DEVICES=0,1")
    #expect(
      text([1], [Accelerator(number: 0, maker: .amd), Accelerator(number: 1, maker: .amd)])
        == ["ROCR_VISIBLE_DEVICES=1"])
    #expect(text([], []) == [])
  }

  @Test func `no two jobs have the same device, also after a restart of the server`() async throws {
    let home = try JobsUnderTest(
      cpus: 4,
      accelerators: (0...1).map { Accelerator(number: $0, maker: .nvidia, uuid: "GPU-\($0)") })
    let go = home.home.folder.path("go")
    let script =
      "echo $CUDA_VISIBLE_DEVICES; while ! [ -e \(go)-$AIFACTORY_JOB ]; do sleep 0.05; done"
    let one = JobResources(gpus: 1)
    let (first, second, third) = try await home.serve { jobs in
      let first = try await jobs.shell(script, resources: one)
      let second = try await jobs.shell(script, resources: one)
      let words = [try await jobs.words(of: first), try await jobs.words(of: second)]
      #expect(Set(words) == [["GPU-0"], ["GPU-1"]])
      return (first, second, try await jobs.shell(script, resources: one))
    }
    try await home.serve { jobs in
      _ = try await eventually {
        let words = try await jobs.explain(third.id).sentences.first
        return words == "The job waits for 1 GPUs, of which 0 are free." ? true : nil
      }
      #expect(try await jobs.job(third.id).state == .queued)
      let freed = try await jobs.words(of: second)
      try FileTree.write([], to: "\(go)-\(second.id)")
      #expect(try await jobs.waitForEnd(second.id).reason == .succeeded)
      #expect(try await jobs.words(of: third) == freed, "it has what became free")
      let none = try await jobs.shell("echo none:$CUDA_VISIBLE_DEVICES.")
      #expect(try await jobs.words(of: none) == ["none:."])
      for job in [first, third] { try FileTree.write([], to: "\(go)-\(job.id)") }
      for job in [first, third] { _ = try await jobs.waitForEnd(job.id) }
    }
  }
}
