import ArgumentParser
import Testing

@testable import FactoryCLI

struct ArraySizeTests {
  @Test func `a size is a number, or one with a limit as Slurm writes it`() throws {
    let plain = try ArraySize(parsing: "200")
    #expect(plain.count == 200 && plain.atMost == nil)
    let limited = try ArraySize(parsing: "200%4")
    #expect(limited.count == 200 && limited.atMost == 4)
  }

  @Test(arguments: ["", "%4", "200%", "200%0", "0", "-3", "1-9", "200%4%2", "0-99%4"])
  func `everything else is refused`(text: String) {
    #expect(throws: ValidationError.self) { try ArraySize(parsing: text) }
  }
}
