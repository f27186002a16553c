import Basics
import JobProtocol

/// What stages of workflows need to run at a site that does not see this machine's files.
extension Jobs {
  /// Whether jobs of a site find the files of this home at their paths.
  ///
  /// - Throws: `JobError` for a site that nobody knows.
  public nonisolated func sharesFiles(with site: String?) async throws -> Bool {
    guard let site, site != Site.localName else { return true }
    return try await self.site(site).slurm?.ssh == nil
  }

  /// Puts what the last attempt of a job that ended gave back where it would lie had the job run here.
  ///
  /// Each file is used once its bytes are those that were told; repeating it changes nothing.
  public nonisolated func takeBack(_ job: Job) async throws {
    guard job.spec.stage != nil, job.attempt > 0 else { return }
    let uploads = job.attemptFolder.uploads
    let work = job.workFolder
    try await offTask {
      let path = uploads + "/" + ReturnedFiles.name
      // An attempt that was stopped, or never began, gives nothing back.
      guard FileTree.exists(path) else { return }
      for file in try ReturnedFiles(decoding: FileTree.read(path)).files {
        let target = try safePath(file.path, in: work)
        let upload = try safePath(file.upload, in: uploads)
        if FileTree.exists(upload) {
          guard try ObjectDigest(ofFile: upload).hex == file.sha256 else {
            throw Self.damage(file, of: job)
          }
          try FileTree.createFolder(FileTree.folder(of: target))
          try FileTree.rename(upload, to: target)
        } else if try !FileTree.exists(target) || ObjectDigest(ofFile: target).hex != file.sha256 {
          throw Self.damage(file, of: job)
        }
      }
      try FileTree.remove(uploads)
    }
  }

  private static func damage(_ file: ReturnedFiles.File, of job: Job) -> JobError {
    JobError(
      .systemFailure,
      "\(visible(file.path)) of job \(job.id) has other bytes than its node has sent",
      hint: "Is a disk damaged? `aifactory jobs retry \(job.id)` does the work again.")
  }
}
