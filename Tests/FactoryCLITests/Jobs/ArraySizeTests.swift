import Testing

@testable import FactoryCLI

struct ArraySizeTests {
  @Test func `a size is a number, or one with a limit as Slurm writes it`() throws {
    let plain = try #require(ArraySize(argument: "200"))
    #expect(plain.count == 200 && plain.atMost == nil)
    let limited = try #require(ArraySize(argument: "200%4"))
    #expect(limited.count == 200 && limited.atMost == 4)
  }

  @Test(arguments: ["", "%4", "200%", "200%0", "0", "-3", "1-9", "200%4%2", "0-99%4"])
  func `everything else is none`(text: String) {
    #expect(ArraySize(argument: text) == nil)
  }
}
