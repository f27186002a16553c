import Basics
import Glibc
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// Data that jobs name: on every site it is there once, with all its bytes, before a command starts.
@Suite(.timeLimit(.minutes(3))) struct SiteDataTests {
  private static let script = "cd $AIFACTORY_DATASET_DIR && pwd && cat table.csv part/more.csv"

  private struct Stored {
    var objects: ObjectStore
    var data: JobData
  }

  private static func store(_ home: JobsUnderTest) throws -> Stored {
    let folder = home.home.folder
    try folder.write("a,b\n1,2\n", to: "source/table.csv")
    try folder.write("3,4\n", to: "source/part/more.csv")
    let objects = FactoryHome(path: FileTree.folder(of: home.configuration.folder)).objects
    let stored = try objects.insertFolder(folder.path("source"))
    return Stored(objects: objects, data: JobData(files: stored.digest.hex, version: "dv_1"))
  }

  private static func submit(
    _ script: String, _ data: JobData, on site: SiteUnderTest, to jobs: Jobs
  ) async throws -> Job {
    var spec = JobSpec(
      name: "test", command: ["/bin/sh", "-c", script], site: site == .local ? nil : site.rawValue)
    spec.data = data
    return try await jobs.submit(spec)
  }

  @Test(arguments: SiteUnderTest.possible)
  func `jobs that name the same data share what was brought once`(
    site: SiteUnderTest
  ) async throws {
    let home = try await site.home()
    let stored = try Self.store(home)
    try await home.serve { jobs in
      let first = try await jobs.waitForEnd(
        try await Self.submit(Self.script, stored.data, on: site, to: jobs).id)
      #expect(first.reason == .succeeded, "\(String(describing: first.message))")
      let text = try await jobs.text(first)
      #expect(text.hasSuffix("/data/\(stored.data.files)\na,b\n1,2\n3,4\n"), "\(text)")
      let place = String(try #require(text.split(separator: "\n").first))
      let files = (await jobs.drivers[site.rawValue] as? SlurmSite)?.files as? RemoteSlurmFiles
      let sent = files?.shell.sentBytes
      let inode = try FileTree.status(of: place + "/table.csv").inode
      // It cannot be written to by mistake, and is not brought again.
      let second = try await jobs.waitForEnd(
        try await Self.submit(
          "[ -r $AIFACTORY_DATASET_DIR/table.csv ] && stat -c %a $AIFACTORY_DATASET_DIR/table.csv",
          stored.data, on: site, to: jobs
        ).id)
      #expect(try await jobs.text(second) == "400\n")
      #expect(try FileTree.status(of: place + "/table.csv").inode == inode)
      #expect(files?.shell.sentBytes == sent)
      #expect(try FileTree.names(in: FileTree.folder(of: place)) == [stored.data.files])
    }
  }

  @Test(arguments: SiteUnderTest.possible)
  func `bytes that are not what was stored are noticed before a command sees them`(
    site: SiteUnderTest
  ) async throws {
    let home = try await site.home()
    let stored = try Self.store(home)
    let object = stored.objects.path(of: ObjectDigest(of: Array("3,4\n".utf8)))
    #expect(chmod(object, 0o600) == 0)
    try FileTree.write(Array("3,5\n".utf8), to: object)
    try await home.serve { jobs in
      let job = try await Self.submit("true", stored.data, on: site, to: jobs)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .launchFailed)
      let message = try #require(ended.message)
      #expect(message.contains("part/more.csv"), "\(message)")
      #expect(message.contains("has other bytes than were stored"), "\(message)")
    }
  }
}
