import Testing

@testable import Workflows

@Suite struct TrialValueTests {
  @Test(
    arguments: [
      ("0.5\n", 0.5), (" -1.5e-3 ", -1.5e-3), ("nan", .nan), ("{\"loss\": 2}", 2),
      ("{\"loss\": null}", .nan),
      ("{\"a\": {\"loss\": 3}}", nil), ("1\n2\n", nil), ("1 2", nil), ("", nil), ("loss", nil),
    ] as [(String, Double?)])
  func `a file has one number, alone or by its name`(text: String, number: Double?) {
    let found = TrialValue.number(in: Array(text.utf8), metric: "loss")
    #expect(found == number || (found?.isNaN == true && number?.isNaN == true))
  }

  @Test func `a search may come to what is endless`() throws {
    let output = StageOutput.CommandOutput(
      run: "r", bestRun: "b", metric: "loss", bestValue: .infinity)
    let text = try LedgerJSON.text(output)
    let again: StageOutput.CommandOutput? = try LedgerJSON.value(text)
    #expect(again == output)
  }
}
