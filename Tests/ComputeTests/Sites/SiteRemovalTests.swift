import Basics
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// What becomes of jobs whose site was removed, with stand-ins for Slurm's commands that say nothing.
@Suite(.timeLimit(.minutes(2))) struct SiteRemovalTests {
  @Test func `a job of a site that was removed cannot be tried again before that is back`()
    async throws
  {
    let folder = try TemporaryFolder()
    try FileTree.createFolder(folder.path("commands"))
    try FileTree.createFolder(folder.path("scratch"))
    for name in ["squeue", "sacct", "scontrol", "sbatch", "scancel", "sinfo", "sacctmgr"] {
      try FileTree.write(
        Array("#!/bin/sh\nexit 0\n".utf8), to: folder.path("commands/\(name)"), mode: 0o755)
    }
    let options = SlurmOptions(
      scratch: folder.path("scratch"), commands: folder.path("commands"))
    try await JobsUnderTest().serve { jobs in
      _ = try await eventually { await jobs.hasReconciled ? true : nil }
      _ = try await jobs.addSite("hpc", options)
      let job = try await jobs.submit(JobSpec(name: "a", command: ["true"], site: "hpc"))
      // Slurm's answer holds no id.
      #expect(try await jobs.waitForEnd(job.id).reason == .launchFailed)
      try await jobs.removeSite("hpc")
      let error = await #expect(throws: JobError.self) { _ = try await jobs.retry(job.id) }
      #expect(error?.code == .siteUnknown)
      #expect(try await jobs.job(job.id).hasEnded)
      _ = try await jobs.addSite("hpc", options)
      _ = try await jobs.retry(job.id)
      #expect(try await jobs.waitForEnd(job.id).attempt == 2)
    }
  }
}
