import Testing

@testable import JobProtocol

struct MemoryGroupsTests {
  @Test func `groups lie where the kernel says that a process has its own`() {
    let first = MemoryGroups.folders("4:memory:/\n1:name=systemd:/x\n0::/\n")
    #expect(first.map { $0.folder }.first == "/sys/fs/cgroup/memory")
    #expect(first.map { $0.method } == [.cgroupV1, .cgroupV1, .cgroupV2, .cgroupV2])
    #expect(
      MemoryGroups.folders("0::/user.slice/session\n").map { $0.folder } == [
        "/sys/fs/cgroup/user.slice/session", "/sys/fs/cgroup/user.slice",
      ])
    #expect(MemoryGroups.folders("").isEmpty)
  }
}
