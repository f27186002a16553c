public import Basics
internal import JobProtocol

/// What the engines of sites have written down about jobs.
extension Jobs {
  /// What Slurm's accounts have of a job's last attempt.
  ///
  /// - Throws: `JobError` with `accountsMissing` where they have nothing, or nobody keeps any.
  public func account(of id: Identifier<Job>) async throws -> SlurmAccount {
    let job = try await job(id)
    // What runs inside of an allocation is part of the account of that.
    guard !job.spec.isPacked, let engineId = job.engineId,
      let site = try await knownSite(job.site), let link = try link(to: site)
    else {
      throw JobError(
        .accountsMissing, "job \(id) has no account: it was not handed to a cluster that is known")
    }
    guard let account = try await link.patiently(.seconds(20)).account(engineId) else {
      throw JobError(
        .accountsMissing, "'\(site.name)' has no account of its job \(engineId)",
        hint: "`aifactory sites test \(site.name)` tells whether it keeps accounts.")
    }
    return account
  }

  /// What Slurm measures of the steps that commands of a site's jobs have started by `srun`; jobs without any are not
  /// among them.
  ///
  /// - Throws: `JobError` with `siteUnreachable` where it cannot be asked now.
  public func steps(on name: String) async throws -> [Identifier<Job>: [JobStep]] {
    let site = try await site(name)
    guard let driver = drivers[site.name] as? SlurmSite else { return [:] }
    return try await driver.steps()
  }
}
