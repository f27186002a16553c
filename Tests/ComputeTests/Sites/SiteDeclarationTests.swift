import Basics
import JobProtocol
import TestSupport
import Testing

@testable import Compute

@Suite(.timeLimit(.minutes(2))) struct SiteDeclarationTests {
  /// Knows classes by the names of versions.
  private struct Labels: JobDataClassifier {
    var classes: [String: DataClass]

    func mostRestricted(of reads: JobReads, in project: String) async throws -> ClassifiedData? {
      reads.versions.compactMap { name in
        classes[name].map { ClassifiedData(name: "'\(name)'", dataClass: $0) }
      }.max { $0.dataClass < $1.dataClass }
    }
  }

  private func serve(_ body: @Sendable (Jobs) async throws -> Void) async throws {
    let home = try JobsUnderTest(
      classifier: Labels(classes: ["patients": .confidential, "wine": .public]))
    try await home.serve(body)
  }

  private func job(reading versions: String...) -> JobSpec {
    var spec = JobSpec(name: "a", command: ["true"])
    spec.reads = versions.isEmpty ? nil : JobReads(versions: versions)
    return spec
  }

  @Test func `a job whose data its site does not take is refused, and says who takes it`()
    async throws
  {
    try await serve { jobs in
      // Whoever says nothing takes all.
      let first = try await jobs.submit(job(reading: "patients"))
      #expect(try await jobs.waitForEnd(first.id).hasSucceeded)
      _ = try await jobs.declareSite("local", SiteDeclaration(dataClasses: [.internal, .public]))
      let error = await #expect(throws: JobError.self) {
        _ = try await jobs.submit(job(reading: "wine", "patients"))
      }
      #expect(error?.code == .dataClassRefused)
      #expect(
        error?.message
          == "the job reads 'patients', which is confidential, but the site 'local' takes only "
          + "data that is public or internal")
      #expect(error?.hint?.hasPrefix("No site takes it") == true)
      for spec in [job(reading: "wine"), job(), job(reading: "nobody knows")] {
        #expect(try await jobs.waitForEnd(jobs.submit(spec).id).hasSucceeded)
      }
    }
  }

  @Test func `arrays and retries are held to the same rule`() async throws {
    try await serve { jobs in
      let before = try await jobs.waitForEnd(jobs.submit(job(reading: "patients")).id)
      _ = try await jobs.declareSite("local", SiteDeclaration(dataClasses: [.public]))
      for attempt in [
        { _ = try await jobs.submitArray(job(reading: "patients"), count: 3) },
        { _ = try await jobs.retry(before.id) },
        { try await jobs.check(job(reading: "patients")) },
      ] as [@Sendable () async throws -> Void] {
        let error = await #expect(throws: JobError.self) { try await attempt() }
        #expect(error?.code == .dataClassRefused)
      }
      let known = try await jobs.list()
      #expect(known.map(\.id) == [before.id])
      _ = try await jobs.declareSite("local", SiteDeclaration())
      #expect(try await jobs.waitForEnd(jobs.retry(before.id).id).attempt == 2)
    }
  }

  @Test func `what is said of a site is kept, and told with its jobs`() async throws {
    let said = SiteDeclaration(
      location: "Linköping, SE", energySource: "hydropower",
      carbon: CarbonIntensity(gramsPerKWh: 25.5, origin: "a report"), dataClasses: [.public])
    let home = try JobsUnderTest()
    try await home.serve { jobs in
      let job = try await jobs.submit(job())
      #expect(try await jobs.job(job.id).siteDeclaration == nil)
      #expect(try await jobs.declareSite("local", said).declaration == said)
      #expect(try await jobs.job(job.id).siteDeclaration == said)
      let error = await #expect(throws: JobError.self) {
        _ = try await jobs.declareSite("moon", said)
      }
      #expect(error?.code == .siteNotFound)
    }
    try await home.serve { jobs in
      let sites = try await jobs.sites()
      #expect(sites.map(\.declaration) == [said])
    }
  }

  @Test func `what cannot be said is refused`() async throws {
    try await serve { jobs in
      for said in [
        SiteDeclaration(location: " "), SiteDeclaration(location: "a\nb"),
        SiteDeclaration(energySource: String(repeating: "x", count: 201)),
        SiteDeclaration(carbon: CarbonIntensity(gramsPerKWh: -1)),
        SiteDeclaration(carbon: CarbonIntensity(gramsPerKWh: .nan)),
        SiteDeclaration(dataClasses: []),
      ] {
        let error = await #expect(throws: JobError.self) {
          _ = try await jobs.declareSite("local", said)
        }
        #expect(error?.code == .siteInvalid)
      }
    }
  }

  @Test func `a kilowatt-hour emits as many grams as its intensity says`() {
    let carbon = CarbonIntensity(gramsPerKWh: 25, origin: "a report")
    #expect(carbon.grams(ofJoules: 7_200_000) == 50)
    #expect(carbon.words == "25 g CO2e/kWh (a report)")
    #expect(
      CarbonIntensity(gramsPerKWh: 0.5).words == "0.5 g CO2e/kWh (as somebody said of the site)")
  }
}
