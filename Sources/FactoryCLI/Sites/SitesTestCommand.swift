internal import API
internal import ArgumentParser
internal import Basics

/// Tries a site out.
struct SitesTestCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Runs a real job on a site and says what works and what does not.",
    discussion: "Ends with exit code 1 when jobs do not run there.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var site: SiteArgument

  @Option(help: "Longest time to wait for the job, such as 10m; then it is canceled.")
  var wait = "60s"

  func execute() async throws {
    let waitMs = try TimeSpan(wait).milliseconds
    let client = try await connection().waiting(seconds: waitMs / 1_000 + 120)
    let report: SiteReportWire = try await client.post(
      site.path + "/test", query: [("wait_ms", "\(waitMs)")])
    if global.output.mode == .table {
      for check in report.checks {
        print("\(check.verdict.padded(to: 6)) \(check.name): \(check.words)")
        if let hint = check.hint { print("       hint: \(hint)") }
      }
      print(report.works ? "Jobs run on '\(report.site)'." : "Jobs do not run on '\(report.site)'.")
    } else {
      try global.output.show(report, text: "", quiet: [report.works ? "works" : "fails"])
    }
    if !report.works { throw ExitStatus.workFailed }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
