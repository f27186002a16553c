import Testing

@testable import Experimentation

struct ExperimentNameTests {
  @Test(arguments: ["wine", " ", "été 2026", String(repeating: "n", count: 500)])
  func `a name of up to 500 characters is one`(name: String) throws {
    try ExperimentStore.checkName(name)
  }

  @Test(arguments: ["", "\0\u{16}a", "a\0", String(repeating: "n", count: 501)])
  func `a name that the ledger would refuse or cut is refused in words`(name: String) {
    let error = #expect(throws: ExperimentationError.self) {
      try ExperimentStore.checkName(name)
    }
    #expect(error?.code == .invalidValue)
  }
}
