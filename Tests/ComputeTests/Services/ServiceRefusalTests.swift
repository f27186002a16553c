import Basics
import JobProtocol
import Synchronization
import TestSupport
import Testing

@testable import Compute

/// Services whose next job is refused, though their first one was not.
@Suite(.timeLimit(.minutes(2))) struct ServiceRefusalTests {
  /// Knows one class of all data.
  private struct Label: JobDataClassifier {
    func mostRestricted(of reads: JobReads, in project: String) async throws -> ClassifiedData? {
      ClassifiedData(name: "'patients'", dataClass: .confidential)
    }
  }

  @Test func `it says why, and goes on once that has changed`() async throws {
    let aheadMs = Mutex<Int64>(0)
    let home = try JobsUnderTest(
      classifier: Label(), now: { systemTimeMs() + aheadMs.withLock { $0 } })
    try await home.serve { jobs in
      let services = Services(ledger: home.home.ledger, jobs: jobs) { _, _, _ in nil }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await services.run() }
        defer { group.cancelAll() }
        var spec = JobSpec(
          name: "web", kind: .service, command: ["/bin/sh", "-c", "sleep 100"],
          resources: JobResources(timeLimitMs: 1_000, gracePeriodMs: 100))
        spec.service = JobService(name: "web", renewBeforeMs: 1)
        spec.reads = JobReads(versions: ["patients"])
        _ = try await services.submit(spec)
        _ = try await jobs.declareSite("local", SiteDeclaration(dataClasses: [.public]))
        let words = try await eventually {
          let status = try await services.status("web")
          let words = await services.explain(status)
          return status.instances.count == 1 && words.count == 3 ? words : nil
        }
        #expect(
          words[0].hasPrefix(
            "The service 'web' is not up, and its next job is refused: the job reads 'patients', which is confidential"
          ),
          "\(words)")
        #expect(words[1].hasPrefix("Before, job "), "\(words)")
        #expect(words[2].contains("every 30 seconds"), "\(words)")
        let absence = await services.absence(try await services.status("web"))
        #expect(absence.sentences == words)
        #expect(absence.retryAfterSeconds == 30)

        _ = try await jobs.declareSite("local", SiteDeclaration())
        aheadMs.withLock { $0 += Services.refusalPauseMs }
        _ = try await eventually {
          let status = try await services.status("web")
          return status.instances.count > 1 && status.refusal == nil ? true : nil
        }
        _ = try await services.end("web")
      }
    }
  }
}
