import Basics
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// What jobs leave at real clusters, and its collection.
@Suite(.timeLimit(.minutes(3)), .enabled(if: TestCluster.isPossible, TestCluster.hint))
struct SiteScratchTests {
  static var clusters: [SiteUnderTest] { SiteUnderTest.possible.filter { $0 != .local } }

  /// Far enough ahead that everything has lain unused since.
  private static let laterMs = systemTimeMs() + 86_400_000

  private static func link(_ site: SiteUnderTest, _ jobs: Jobs) async throws -> SlurmLink {
    let found = try await jobs.link(to: jobs.site(site.rawValue))
    return try #require(found)
  }

  private static func paths(_ waste: SiteWaste) -> Set<String> {
    Set(waste.parts.flatMap { $0.entries.map(\.entry.path) })
  }

  /// Collects everything that may go, and tells what went.
  private static func collect(_ jobs: Jobs) async throws -> SiteWaste {
    let waste = try await jobs.siteWaste(endedBeforeMs: laterMs, unusedSinceMs: laterMs)
    let removed = try await jobs.remove(waste, endedBeforeMs: laterMs, unusedSinceMs: laterMs)
    #expect(removed.remarks.isEmpty, "\(removed.remarks)")
    #expect(paths(removed) == paths(waste))
    return removed
  }

  @Test(arguments: SiteScratchTests.clusters)
  func `what jobs left goes after their end, and nothing of one that goes on`(
    site: SiteUnderTest
  ) async throws {
    let home = try await site.home()
    let folder = home.home.folder
    let go = folder.path("go")
    try folder.write("echo said\n", to: "sources/say.sh")
    try await home.serve { jobs in
      let scratch = try await Self.link(site, jobs).options.scratch
      var spec = JobSpec(
        name: "test", command: ["sh", "-c", "while [ ! -e \(go) ]; do sleep 0.1; done"],
        site: site.rawValue)
      spec.code = try await jobs.keepCode(folder.path("sources"))
      let lasting = try await jobs.submit(spec)
      spec.command = ["sh", "say.sh"]
      let short = try await jobs.submit(spec)
      #expect(try await jobs.waitForEnd(short.id).reason == .succeeded)
      _ = try await jobs.reaches(.running, lasting.id)
      // That of another factory, which has the folder, too.
      let stranger = "\(scratch)/jobs/\(Identifier<Job>.random())"
      try FileTree.createFolder(stranger)

      let first = try await Self.collect(jobs)
      #expect(Self.paths(first) == ["jobs/\(short.id)"])
      #expect(first.bytes.reduce(0, +) > 0)
      #expect(!FileTree.exists("\(scratch)/jobs/\(short.id)"))
      #expect(FileTree.exists("\(scratch)/jobs/\(lasting.id)"))
      try folder.write("", to: "go")
      #expect(try await jobs.waitForEnd(lasting.id).reason == .succeeded)

      let archive = try #require(try FileTree.names(in: scratch + "/code").first)
      #expect(
        Self.paths(try await Self.collect(jobs)) == ["jobs/\(lasting.id)", "code/\(archive)"])
      #expect(FileTree.exists(stranger))
      #expect(try FileTree.names(in: scratch + "/code") == [])
      // What it needs comes again.
      let again = try await jobs.waitForEnd(try await jobs.retry(short.id).id)
      #expect(again.reason == .succeeded, "\(String(describing: again.message))")
      #expect(try await jobs.text(again) == "said\n")
    }
  }

  @Test(arguments: SiteScratchTests.clusters)
  func `an archive that somebody takes meanwhile stays`(site: SiteUnderTest) async throws {
    let home = try await site.home()
    try await home.serve { jobs in
      let link = try await Self.link(site, jobs)
      let folder = link.options.scratch + "/environments"
      let name = ObjectDigest(of: Array("environment".utf8)).hex + ".tar"
      try FileTree.createFolder(folder)
      for file in [name, name + ".123.n1", "notes", String(name.prefix(64)) + ".lock"] {
        try FileTree.write([1], to: folder + "/" + file)
      }
      let kept = try await link.files.entries().filter { $0.folder == .environments }
      #expect(kept.count == 4)
      let entry = try #require(kept.first { $0.name == name })
      #expect(abs(entry.usedAtMs - systemTimeMs()) < 60_000)
      // Marked since: as if it had been taken after it was listed.
      try await link.files.remove([entry], unusedSinceMs: 1_000_000)
      #expect(try FileTree.names(in: folder).count == 4)
      let removed = try await Self.collect(jobs)
      #expect(
        Self.paths(removed) == ["environments/\(name)", "environments/\(name).123.n1"])
      #expect(try FileTree.names(in: folder).sorted() == [name.prefix(64) + ".lock", "notes"])
      #expect(Self.paths(try await Self.collect(jobs)) == [])
    }
  }

  @Test func `a job whose folder goes cannot be tried again meanwhile`() async throws {
    try await JobsUnderTest().serve { jobs in
      let job = try await jobs.run(["true"])
      let held = jobs.collected.hold([
        ScratchEntry(folder: .jobs, name: job.id.rawValue, usedAtMs: 0)
      ])
      let error = await #expect(throws: JobError.self) { try await jobs.retry(job.id) }
      #expect(error?.message.contains("is being collected") == true)
      #expect(try await jobs.job(job.id).state == .ended)
      jobs.collected.release(held)
      #expect(try await jobs.waitForEnd(try await jobs.retry(job.id).id).attempt == 2)
    }
  }

  @Test(
    .enabled(if: TestLoginNode.isPossible, TestLoginNode.hint))
  func `a login node that is away is a remark`() async throws {
    let login = try TestLoginNode()
    let home = try JobsUnderTest()
    try await home.add(try TestCluster.shared.get(), login: login)
    try login.suspend()
    let waste = try await home.instance().siteWaste(
      endedBeforeMs: Self.laterMs, unusedSinceMs: Self.laterMs)
    #expect(waste.bytes.isEmpty && waste.remarks.count == 1)
    #expect(waste.remarks.first?.hasPrefix("The site ssh was left as it is: ") == true)
    login.close()
  }
}
