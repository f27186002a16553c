import Basics
import Foundation
import Glibc
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// Commands in containers, with a stand-in for the runtime at its border: its command line.
@Suite(.timeLimit(.minutes(2))) struct ContainerTests {
  @Test func `the command line shows the container what the job needs, and nothing twice`() {
    let container = ContainerCommand(
      image: "/images/torch.sif", wantsAccelerators: true, folder: "/jobs/1/code",
      others: ["/jobs/1", "/jobs/work", "/jobs/1/code"])
    #expect(
      container.words(of: ["python", "train.py", "--name", "a b"]) == [
        "/bin/sh", "-c", #"exec "$AIFACTORY_CONTAINER" exec $AIFACTORY_CONTAINER_FLAGS "$@""#,
        "apptainer", "--bind", "/jobs/1/code,/jobs/1,/jobs/work", "--pwd", "/jobs/1/code",
        "/images/torch.sif", "python", "train.py", "--name", "a b",
      ])
  }

  /// A folder for `PATH` that has what the preparation needs, and stand-ins.
  private static func programs(
    _ standIns: [String: String], in folder: TemporaryFolder
  ) throws -> String {
    let place = folder.path("bin")
    try FileTree.createFolder(place)
    for name in ["cat", "env", "grep", "tail", "tr", "uname"] {
      let path = try #require(
        ["/usr/bin/", "/bin/"].map { $0 + name }.first { FileTree.exists($0) })
      guard symlink(path, place + "/" + name) == 0 else {
        throw JobError(.systemFailure, "no link to \(path)")
      }
    }
    for (name, text) in standIns {
      try folder.write("#!/bin/sh\n" + text, to: "bin/" + name)
      chmod(place + "/" + name, 0o755)
    }
    return place
  }

  private static func run(
    _ image: String, _ standIns: [String: String], in home: JobsUnderTest
  ) async throws -> (job: Job, output: String) {
    let path = try programs(standIns, in: home.home.folder)
    return try await home.serve { jobs in
      var spec = JobSpec(
        name: "test", command: ["/bin/sh", "-c", "echo in; pwd; exit 3"],
        environment: [EnvironmentVariable("PATH", path)])
      spec.software = JobSoftware(container: image)
      let ended = try await jobs.waitForEnd(try await jobs.submit(spec).id)
      return (ended, try await jobs.text(ended))
    }
  }

  @Test(arguments: ["apptainer", "singularity"])
  func `a command runs in what the runtime makes of it, and its end is the job's`(
    runtime: String
  ) async throws {
    let home = try JobsUnderTest()
    let image = try home.home.folder.write("image", to: "image file.sif")
    let standIn = """
      for word; do echo "[$word]"; done
      while [ "$1" != --pwd ]; do shift; done
      cd "$2" && shift 3 && exec "$@"
      """
    let (job, output) = try await Self.run(image, [runtime: standIn], in: home)
    #expect(job.reason == .failed)
    #expect(job.exitCode == 3)
    let (work, attempt) = (job.workFolder, job.attemptFolder.path)
    #expect(
      output.split(separator: "\n").map(String.init) == [
        "[exec]", "[--bind]", "[\(work),\(attempt),\(job.checkpointFolder)]", "[--pwd]",
        "[\(work)]", "[\(image)]", "[/bin/sh]", "[-c]", "[echo in; pwd; exit 3]", "in", work,
      ])
  }

  @Test func `a node without a runtime, or without the image, is told as such`() async throws {
    let bare = try JobsUnderTest()
    let image = try bare.home.folder.write("image", to: "image.sif")
    let (none, _) = try await Self.run(image, [:], in: bare)
    #expect(none.reason == .launchFailed)
    #expect(try #require(none.message).hasPrefix("there is no apptainer and no singularity"))
    let (missing, _) = try await Self.run(
      "/nowhere/image.sif", ["apptainer": "exit 0\n"], in: try JobsUnderTest())
    #expect(missing.reason == .launchFailed)
    #expect(try #require(missing.message).hasPrefix("there is no image /nowhere/image.sif"))
  }

  @Test(arguments: [("nvidia-smi", "--nv"), ("rocm-smi", "--rocm")])
  func `the accelerators that a node has decide how the container sees them`(
    program: String, flag: String
  ) throws {
    // What this machine has goes before stand-ins.
    let real = FileTree.exists("/dev/nvidiactl") ? "--nv" : flag
    let folder = try TemporaryFolder()
    let container = ContainerCommand(
      image: "docker://python:3.12", wantsAccelerators: true, folder: "/w", others: [])
    var script = PreparationScript()
    script.add(container.step)
    script.add(#"printf '%s' "$AIFACTORY_CONTAINER_FLAGS" >flags"#)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script.text]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.environment = [
      "PATH": try Self.programs(["apptainer": "exit 0\n", program: "exit 0\n"], in: folder)
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(try folder.text("flags") == real)
  }

  @Test(arguments: [
    JobSoftware(modules: ["x"], container: "/i.sif"),
    JobSoftware(requirements: String(repeating: "0", count: 64), container: "/i.sif"),
    JobSoftware(container: "relative.sif"),
  ])
  func `a container with other software, or no image, is refused`(
    software: JobSoftware
  ) async throws {
    let home = try JobsUnderTest()
    var spec = JobSpec(name: "test", command: ["true"])
    spec.software = software
    let wrong = spec
    let error = await #expect(throws: JobError.self) { try await home.instance().submit(wrong) }
    #expect(error?.code == .softwareInvalid)
  }
}
