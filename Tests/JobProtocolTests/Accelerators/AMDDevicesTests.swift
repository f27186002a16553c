import JobProtocol
import TestSupport
import Testing

struct AMDDevicesTests {
  /// A machine with a processor and two accelerators, of which the second tells little.
  private func machine() throws -> TemporaryFolder {
    let root = try TemporaryFolder()
    for (node, properties) in [
      "cpu_cores_count 8\nsimd_count 0\n", "simd_count 304\ndrm_render_minor 128\n",
      "simd_count 304\ndrm_render_minor 129\n",
    ].enumerated() {
      try root.write(properties, to: "sys/class/kfd/kfd/topology/nodes/\(node)/properties")
    }
    for (name, text) in [
      "gpu_busy_percent": "87\n", "mem_info_vram_used": "2000\n", "mem_info_vram_total": "8000\n",
      "hwmon/hwmon3/power1_average": "150000000\n",
    ] { try root.write(text, to: "sys/class/drm/renderD128/device/" + name) }
    try root.write("99000000\n", to: "sys/class/drm/renderD129/device/hwmon/hwmon4/power1_input")
    try root.write("n/a\n", to: "sys/class/drm/renderD129/device/gpu_busy_percent")
    return root
  }

  private static let first = AcceleratorSample(
    busyPermille: 870, memoryBytes: 2_000, memoryTotalBytes: 8_000, milliwatts: 150_000)
  private static let second = AcceleratorSample(milliwatts: 99_000)

  @Test func `the kernel's files tell what each does`() throws {
    let root = try machine()
    #expect(
      AMDDevices(root: root.path, visible: nil)?.samples() == [Self.first, Self.second])
    #expect(AMDDevices(root: root.path, visible: "1,0")?.samples() == [Self.second, Self.first])
    #expect(AMDDevices(root: root.path, visible: "1,5")?.samples() == [Self.second])
  }

  @Test func `a machine without them, and a process that sees none, have none`() throws {
    let root = try machine()
    #expect(AMDDevices(root: root.path, visible: "") == nil)
    #expect(AMDDevices(root: root.path + "/nowhere", visible: nil) == nil)
  }
}
