import Testing

@testable import Compute

struct SlurmNodeAddressTests {
  @Test func `a node is where Slurm reaches it`() {
    let text =
      "NodeName=n1 Arch=x86_64 CPUAlloc=0 NodeAddr=10.1.0.7 NodeHostName=compute1 Version=22.05\n"
    #expect(SlurmCommands.address(in: text) == "10.1.0.7")
    #expect(SlurmCommands.address(in: "NodeName=n1 NodeAddr=") == nil)
    #expect(SlurmCommands.address(in: "Node n1 not found") == nil)
  }
}
