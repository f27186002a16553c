import Basics
import JobProtocol

/// Where the command of a job listens.
public struct JobListener: Sendable, Hashable {
  /// How it is reached from this machine.
  public var way: ServiceWay
  /// What tells it that a request comes by way of the factory.
  public var secret: String
}

/// Ways to the commands of jobs that have an address.
extension Jobs {
  /// Where the command of a service without a name listens; nil while its agent has not told.
  ///
  /// - Throws: `site_unreachable` where nothing leads there now.
  public func listener(of job: Job) async throws -> JobListener? {
    let key = AttemptKey(job: job.id, number: job.attempt)
    let attempt = try await ledger.read { try JobAttemptRecord.fetch(key, in: $0) }
    guard let attempt, let port = attempt.port else { return nil }
    return JobListener(
      way: try await way(to: job, host: attempt.host, port: port), secret: attempt.marker)
  }

  /// Gives up a socket that leads to a job: nobody goes that way any more.
  public func stopForwarding(_ path: String, to job: Job) async {
    await leave(.socket(path: path), of: job)
  }

  /// How long a cluster may take to tell where a node is.
  private static let nodePatience = Duration.seconds(20)

  /// How the command of a job is reached from this machine.
  ///
  /// - Parameter host: its machine, as its site calls it.
  /// - Throws: `site_unreachable` where there is none now.
  func way(to job: Job, host: String?, port: Int) async throws -> ServiceWay {
    guard let site = drivers[job.site] as? SlurmSite else {
      guard job.site == Site.localName else {
        throw JobError(.siteUnreachable, "the site '\(job.site)' cannot be used now")
      }
      return .tcp(host: "127.0.0.1", port: port)
    }
    guard let host else {
      throw JobError(.siteUnreachable, "the agent does not know the name of its node")
    }
    let address = try await site.link.patiently(Self.nodePatience).address(of: host)
    guard let connection = site.link.connection else { return .tcp(host: address, port: port) }
    return .socket(path: try await connection.forward(to: address, port: port))
  }

  /// Gives up a way that leads to nobody any more.
  func leave(_ way: ServiceWay, of job: Job) async {
    guard case .socket(let path) = way, let site = drivers[job.site] as? SlurmSite else { return }
    await site.link.connection?.stopForwarding(path)
  }

  /// Milliseconds after which a time limit ends a job: its own, or what its site gives to jobs that ask for none;
  /// nil where there is none.
  public func timeLimitMs(of job: Job) async -> Int64? {
    if let own = job.spec.resources.timeLimitMs { return own }
    guard let usual = await (drivers[job.site] as? SlurmSite)?.usualSeconds else { return nil }
    // The site tells the agent so long before.
    let notice = job.spec.resources.gracePeriodMs + SlurmBatchScript.closingSeconds * 1_000
    return max(1_000, usual * 1_000 - notice)
  }
}
