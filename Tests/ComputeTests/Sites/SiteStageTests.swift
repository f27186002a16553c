import Basics
import Glibc
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// Stage programs that are sent with all that they need: they find it, and what they leave comes back.
@Suite(.timeLimit(.minutes(3))) struct SiteStageTests {
  /// Those to which stages are sent, and this machine, which takes such a job as well.
  static var sites: [SiteUnderTest] {
    SiteUnderTest.possible.filter { [.local, .ssh, .restssh].contains($0) }
  }

  /// A stand-in for the factory's own program.
  private static let program = """
    #!/bin/sh
    [ "$1" != --version ] || exit 0
    mkdir output output/part
    cat "$1" rows/table.csv >output/all
    cat "$AIFACTORY_ENGINES/engine" >output/part/engine
    case "$LD_LIBRARY_PATH" in */lib*) echo "${AIFACTORY_HOME-none}" >result.json ;; esac
    """

  private static func stage(_ home: JobsUnderTest, program: String) throws -> JobStage {
    let folder = home.home.folder
    let objects = FactoryHome(path: FileTree.folder(of: home.configuration.folder)).objects
    try folder.write("1,2\n", to: "rows/table.csv")
    func entry(
      _ path: String, _ text: String, _ kind: FolderManifest.Entry.Kind? = nil
    ) throws -> FolderManifest.Entry {
      let bytes = Array(text.utf8)
      return FolderManifest.Entry(
        path: path, sha256: try objects.insert(bytes: bytes), bytes: Int64(bytes.count), kind: kind)
    }
    let manifest = FolderManifest(files: [
      try entry("aifactory", program, .executable), try entry("engines/engine", "an engine\n"),
    ])
    return JobStage(
      program: try objects.insert(bytes: manifest.encoded()).hex,
      inputs: [
        JobStage.Input(
          name: "rows", files: try objects.insertFolder(folder.path("rows")).digest.hex)
      ])
  }

  /// Submits a stage whose request lies in its working folder already, and waits for its end.
  private static func run(
    _ stage: JobStage, on site: SiteUnderTest, _ jobs: Jobs
  ) async throws -> Job {
    var spec = JobSpec(
      name: "test", command: ["/nowhere/aifactory", "request.json"],
      environment: [EnvironmentVariable("AIFACTORY_HOME", "/nowhere")],
      site: site == .local ? nil : site.rawValue, purpose: "data")
    spec.stage = stage
    let id = Identifier<Job>.random()
    let work = jobs.workFolder(of: id)
    try FileTree.createFolder(work)
    try FileTree.write(Array("asked\n".utf8), to: work + "/request.json")
    return try await jobs.waitForEnd(try await jobs.submit(spec, id: id, in: "default").id)
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try FileTree.read(path), as: UTF8.self)
  }

  @Test(arguments: SiteStageTests.sites)
  func `a stage program finds its inputs, and what it left comes back once`(
    site: SiteUnderTest
  ) async throws {
    let home = try await site.home()
    let stage = try Self.stage(home, program: Self.program)
    try await home.serve { jobs in
      let job = try await Self.run(stage, on: site, jobs)
      #expect(job.reason == .succeeded, "\(String(describing: job.message))")
      // Whoever was interrupted does it again.
      for _ in 0..<2 {
        try await jobs.takeBack(job)
        let all = try Self.text(job.workFolder + "/output/all")
        #expect(all == "asked\n1,2\n")
        #expect(try Self.text(job.workFolder + "/output/part/engine") == "an engine\n")
        #expect(try Self.text(job.workFolder + "/result.json") == "none\n")
      }
      // Another attempt begins without what the one before has left.
      let again = try await jobs.waitForEnd(try await jobs.retry(job.id).id)
      #expect(again.reason == .succeeded, "\(String(describing: again.message))")
      try await jobs.takeBack(again)
      let all = try Self.text(job.workFolder + "/output/all")
      #expect(all == "asked\n1,2\n")
    }
  }

  @Test(arguments: SiteStageTests.sites)
  func `bytes that changed on their way are no result`(site: SiteUnderTest) async throws {
    let home = try await site.home()
    let stage = try Self.stage(home, program: Self.program)
    try await home.serve { jobs in
      let job = try await Self.run(stage, on: site, jobs)
      let uploads = job.attemptFolder.uploads
      let list = try ReturnedFiles(decoding: FileTree.read(uploads + "/" + ReturnedFiles.name))
      let file = try #require(list.files.first { $0.path == "output/all" })
      try FileTree.write(Array("asked\n1,3\n".utf8), to: uploads + "/" + file.upload)
      let error = await #expect(throws: JobError.self) { try await jobs.takeBack(job) }
      #expect(error?.message.contains("output/all' of job \(job.id) has other bytes") == true)
      // Elsewhere the node has written it there itself.
      guard site == .ssh || site == .restssh else { return }
      #expect(!FileTree.exists(job.workFolder + "/output/all"))
    }
  }

  @Test(arguments: SiteStageTests.sites)
  func `a program that a node cannot run is refused with the node's reason`(
    site: SiteUnderTest
  ) async throws {
    let home = try await site.home()
    let stage = try Self.stage(
      home,
      program: """
        #!/bin/sh
        echo "aifactory: /lib/libc.so.6: version \\`GLIBC_2.99' not found" >&2
        exit 1
        """)
    try await home.serve { jobs in
      let job = try await Self.run(stage, on: site, jobs)
      #expect(job.reason == .launchFailed)
      let message = try #require(job.message)
      #expect(message.hasPrefix("the factory's own program does not run on "), "\(message)")
      #expect(message.contains("`GLIBC_2.99' not found"), "\(message)")
    }
  }

  @Test func `what a program loads goes along but for the C library`() {
    let listed = """
      \tlinux-vdso.so.1 (0x00007fcc645cd000)
      \tlibsqlite3.so.0 => /lib/x86_64-linux-gnu/libsqlite3.so.0 (0x00007fcc6445d000)
      \tlibswiftCore.so => /usr/lib/swift/linux/libswiftCore.so (0x00007fcc5f800000)
      \tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007fcc5f4f2000)
      \tlibstdc++.so.6 => /lib/x86_64-linux-gnu/libstdc++.so.6 (0x00007fcc5e200000)
      \tlibabsent.so => not found
      \tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007fcc5e01e000)
      \t/lib64/ld-linux-x86-64.so.2 (0x00007fcc645cf000)

      """
    #expect(
      StageProgram.libraries(listed: listed) == [
        "/lib/x86_64-linux-gnu/libsqlite3.so.0", "/lib/x86_64-linux-gnu/libstdc++.so.6",
        "/usr/lib/swift/linux/libswiftCore.so",
      ])
  }
}
