import Basics
import Glibc
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
      let ended = try await jobs.waitForEnd(lasting.id)
      #expect(ended.reason == .succeeded, "\(String(describing: ended.message))")

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

  @Test(arguments: SiteScratchTests.clusters)
  func `an agent goes that is of another version, unmarked, and no attempt's`(
    site: SiteUnderTest
  ) async throws {
    let home = try await site.home()
    try await home.serve { jobs in
      let link = try await Self.link(site, jobs)
      let folder = link.options.scratch + "/agents"
      let own = FileTree.name(of: try link.files.agentPath)
      let (old, young) = ("aifactory-agent-0123456789abcdef", "aifactory-agent-fedcba9876543210")
      // One that an attempt waits with, of a server that was updated since.
      let needed = "aifactory-agent-00112233445566aa"
      let job = try await jobs.shell("echo ready; while ! [ -e go ]; do sleep 0.1; done", on: site)
      _ = try await jobs.words(of: job)
      let running = try await jobs.job(job.id)
      let script = String(
        decoding: try FileTree.read(running.attemptFolder.batchScript), as: UTF8.self)
      #expect(script.contains(own))
      try FileTree.write(
        Array(script.replacing(own, with: needed).utf8), to: running.attemptFolder.batchScript)
      for name in [old, old + ".1.part", young, needed, "notes"] {
        try FileTree.write([1], to: folder + "/" + name)
      }
      for name in [own, old, old + ".1.part", needed, "notes"] {
        try Self.age(folder + "/" + name)
      }
      let removed = try await Self.collect(jobs)
      #expect(Self.paths(removed) == ["agents/\(old)", "agents/\(old).1.part"])
      #expect(try Set(FileTree.names(in: folder)) == [own, young, needed, "notes"])
      // A server that follows the attempt says that it is needed.
      try await link.files.mark(agents: [needed])
      for name in [own, needed] {
        let marked = try #require(FileTree.modifiedAtMs(folder + "/" + name))
        #expect(abs(marked - systemTimeMs()) < 60_000)
      }
      // Its own comes back should somebody have removed it.
      try FileTree.remove(folder + "/" + own)
      try await link.files.mark(agents: [])
      #expect(FileTree.exists(folder + "/" + own))
      try FileTree.write([], to: await jobs.there(running.workFolder, running) + "/go")
      #expect(try await jobs.waitForEnd(job.id).reason == .succeeded)
      #expect(Self.paths(try await Self.collect(jobs)).contains("agents/\(needed)") == false)
    }
  }

  /// Lets a file be two days old.
  private static func age(_ path: String) throws {
    let then = timeval(tv_sec: Int(systemTimeMs() / 1_000) - 2 * 86_400, tv_usec: 0)
    guard utimes(path, [then, then]) == 0 else {
      throw JobError(.systemFailure, "cannot age \(path)")
    }
  }

  @Test(arguments: SiteScratchTests.clusters)
  func `a site that is removed with its files leaves what other factories may need`(
    site: SiteUnderTest
  ) async throws {
    let home = try await site.home()
    let folder = home.home.folder
    try folder.write("echo said\n", to: "sources/say.sh")
    try await home.serve { jobs in
      let scratch = try await Self.link(site, jobs).options.scratch
      var spec = JobSpec(name: "test", command: ["sh", "say.sh"], site: site.rawValue)
      spec.code = try await jobs.keepCode(folder.path("sources"))
      let job = try await jobs.submit(spec)
      await #expect(throws: JobError.self) {
        try await jobs.removeSite(site.rawValue, withFiles: true)
      }
      #expect(try await jobs.waitForEnd(job.id).reason == .succeeded)
      let stranger = Identifier<Job>.random().rawValue
      try FileTree.createFolder("\(scratch)/jobs/\(stranger)")
      let removed = try await jobs.removeSite(site.rawValue, withFiles: true)
      #expect(Self.paths(removed) == ["jobs/\(job.id)"])
      #expect(removed.remarks == ["3 things stay that another factory may need."])
      #expect(try FileTree.names(in: scratch + "/jobs") == [stranger])
      #expect(try FileTree.names(in: scratch + "/agents").count == 1)
      await #expect(throws: JobError.self) { try await jobs.site(site.rawValue) }
      #expect(try await jobs.job(job.id).reason == .succeeded, "it stays known")
    }
  }

  @Test(arguments: SiteScratchTests.clusters)
  func `a site that is removed with its files leaves nothing where it was alone`(
    site: SiteUnderTest
  ) async throws {
    let home = try await site.home()
    try await home.serve { jobs in
      let scratch = try await Self.link(site, jobs).options.scratch
      let job = try await jobs.shell("true", on: site)
      #expect(try await jobs.waitForEnd(job.id).reason == .succeeded)
      #expect(try await jobs.removeSite(site.rawValue, withFiles: true).bytes.count == 2)
      for name in ["jobs", "agents"] { #expect(try FileTree.names(in: scratch + "/" + name) == []) }
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
