public import Basics
public import JobProtocol

/// Something with an address that stays the same while the jobs behind it change.
public struct NamedService: Identified, Sendable, Equatable {
  /// Every identifier of a service starts so.
  public static let identifierPrefix = "service_"

  /// What can happen to it next.
  public enum State: String, Sendable, CaseIterable {
    /// None of its jobs answers now.
    case down
    /// One of its jobs answers.
    case up
    /// Somebody ended it, and its jobs are being stopped.
    case stopping
    /// Nothing more happens to it.
    case ended
  }

  /// Names the service for ever.
  public var id: Identifier<NamedService>
  /// Identifier of the project that it belongs to.
  public var project: String
  /// The name in its address.
  public var name: String
  /// False once somebody has ended it, or it could not be kept up.
  public var isWanted: Bool
  /// Why it could not be kept up.
  public var failure: String?
  /// When it was submitted: milliseconds since 1970, UTC.
  public var createdAtMs: Int64
  /// When the last of its jobs had ended.
  public var endedAtMs: Int64?

  /// Where it is below the factory's address.
  public var path: String { "/services/" + name }
}

/// One of the jobs behind a service's address.
public struct ServiceInstance: Sendable, Equatable {
  /// What it does for the service.
  public enum Role: String, Sendable, CaseIterable {
    /// It waits for a place, or its command does not answer yet.
    case starting
    /// It has the requests.
    case serving
    /// It has none but those that were under way when another took over.
    case draining
    case ended
  }

  /// The job.
  public var job: Job
  /// From 1, in the order of submission.
  public var number: Int
  /// Its machine, as its site calls it; nil before its command answered.
  public var host: String?
  /// TCP port on it.
  public var port: Int?
  /// Since when the ledger knows that its command answers on its machine.
  public var listeningSinceMs: Int64?
  /// What tells its command that a request comes by way of the factory: the attempt's random word.
  public var secret: String?
  /// When its time limit ends it; nil where it has none, or has not begun.
  public var endsAtMs: Int64?
  /// What it does for the service.
  public var role: Role = .starting

  /// The part of its specification that is about the service.
  public var spec: JobService { job.spec.service ?? JobService(name: "") }
}

/// A service with its last jobs, as they stand.
public struct ServiceStatus: Sendable, Equatable {
  /// The service.
  public var service: NamedService
  /// Its last jobs, the oldest first.
  public var instances: [ServiceInstance]
  /// Why its next job was refused when it was last tried; nil where it was not.
  public var refusal: String?

  /// What can happen to it next.
  public var state: NamedService.State {
    if service.endedAtMs != nil { return .ended }
    guard service.isWanted else { return .stopping }
    return serving == nil ? .down : .up
  }

  /// The job that has the requests.
  public var serving: ServiceInstance? { instances.last { $0.role == .serving } }

  /// When the next job is submitted; nil where no limit calls for one.
  public var renewsAtMs: Int64? {
    guard service.isWanted, let newest = instances.last, newest.role != .ended else { return nil }
    return ServicePlan.Instance(newest).renewsAtMs(newest.spec)
  }
}
