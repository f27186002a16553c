import Testing

@testable import JobProtocol

struct NvidiaTableTests {
  private static let text = """
    0, GPU-5a1e-0, 35, 1024, 81559, 250.13
    1, GPU-77b2-1, 0, 3, 81559, 62.00

    """

  @Test func `each line is an accelerator, in mebibytes and watts`() {
    let table = NvidiaTable(Self.text)
    #expect(table.rows.map(\.uuid) == ["GPU-5a1e-0", "GPU-77b2-1"])
    #expect(
      table.rows.first?.sample
        == AcceleratorSample(
          busyPermille: 350, memoryBytes: 1 << 30, memoryTotalBytes: 81_559 << 20,
          milliwatts: 250_130))
  }

  @Test(arguments: [
    "[N/A]", "[Not Supported]", "N/A", "[Unknown Error]", "", "nan", "inf", "-1", "ERR!", "101",
  ])
  func `what is not told is not guessed`(word: String) throws {
    let row = try #require(
      NvidiaTable("0, GPU-a, \(word), 5, [N/A], [N/A]\n").rows.first)
    #expect(row.sample == AcceleratorSample(memoryBytes: 5 << 20))
  }

  @Test(arguments: [
    "", "No devices were found\n", "0, GPU-a, 1\n", "x, GPU-a, 1, 2, 3, 4\n",
    "-1, GPU-a, 1, 2, 3, 4",
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n",
  ])
  func `other texts have no rows`(text: String) {
    #expect(NvidiaTable(text).rows.isEmpty)
  }

  @Test func `a process sees those that its variable names, in its order`() {
    let table = NvidiaTable(Self.text)
    func watts(_ visible: String?) -> [Int64?] {
      table.samples(visible: visible).map { $0.milliwatts.map { $0 / 1_000 } }
    }
    #expect(watts(nil) == [250, 62])
    #expect(watts("1,0") == [62, 250])
    #expect(watts("GPU-77b2-1") == [62])
    #expect(watts("GPU-5a,GPU-77") == [250, 62])
    #expect(watts("") == [] && watts("NoDevFiles") == [] && watts("MIG-3f-1") == [])
    #expect(watts("1,7,0") == [62], "as CUDA, which stops at the first that is not there")
    #expect(NvidiaTable(Self.text.replacing("\n", with: "\r\n")).rows == table.rows)
  }
}
