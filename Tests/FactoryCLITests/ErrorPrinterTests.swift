import API
import Testing

@testable import FactoryCLI

@Suite struct ErrorPrinterTests {
  @Test func `an error is three lines: what, why, hint`() {
    let told = ToldError(CLIError(.fileUnreadable, "x.yaml cannot be read.", hint: "Check it."))
    #expect(
      ErrorPrinter(arguments: ["worker", "data"]).rendered(told) == """
        Error: aifactory worker data: file_unreadable
        Why:   x.yaml cannot be read.
        Hint:  Check it.

        """)
  }

  @Test(arguments: [["worker", "--output", "json"], ["worker", "--output=json"]])
  func `with --output json an error is one JSON object`(arguments: [String]) {
    let told = ToldError(CLIError(.usage, "No.", hint: nil))
    #expect(
      ErrorPrinter(arguments: arguments).rendered(told)
        == #"{"error":{"code":"usage","message":"No."}}"# + "\n")
  }

  @Test func `options of a job's own command do not choose the mode`() {
    let told = ToldError(CLIError(.usage, "No.", hint: nil))
    let printer = ErrorPrinter(arguments: ["worker", "--", "x", "--output", "json"])
    #expect(printer.rendered(told).hasPrefix("Error:"))
  }

  @Test(arguments: [
    ("site_unreachable", 3), ("engine_missing", 3), ("site_invalid", 2), ("job_not_found", 2),
  ])
  func `what the factory works with exits with 3, whatever its server answers`(
    word: String, code: Int32
  ) {
    let told = ToldError(APIError(code: APIError.Code(rawValue: word), message: "", status: 400))
    #expect(told.exitStatus.rawValue == code)
  }

  @Test func `wrong use exits with 2`() async {
    #expect(await Program.run(["no-such-verb"]) == .wrongUse)
    #expect(await Program.run(["--no-such-option"]) == .wrongUse)
  }

  @Test func `help and version exit with 0`() async {
    #expect(await Program.run(["--help"]) == .done)
    #expect(await Program.run(["--version"]) == .done)
  }
}
