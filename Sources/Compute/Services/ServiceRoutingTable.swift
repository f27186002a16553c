public import Basics
import Synchronization

/// How the command of a job is reached from here.
public enum ServiceWay: Sendable, Hashable {
  case tcp(host: String, port: Int)
  /// A Unix socket of this machine, from which a connection to the site leads on.
  case socket(path: String)
}

/// A request to a service that is under way; the job that has it is not stopped while it lives.
public final class ServiceCall: Sendable {
  /// The job that has the request.
  public let job: Identifier<Job>
  /// How it is reached.
  public let way: ServiceWay
  /// What tells its command that the request comes by way of the factory.
  public let secret: String
  private let table: ServiceRoutingTable

  fileprivate init(_ route: ServiceRoutingTable.Route, _ table: ServiceRoutingTable) {
    (job, way, secret) = (route.job, route.way, route.secret)
    self.table = table
  }

  deinit { table.end(job) }
}

/// Which job has the requests to a service now, and how many it has under way.
///
/// Whoever takes a route counts in the same step, so that a job that was replaced and has no request gets none.
final class ServiceRoutingTable: Sendable {
  struct Route: Equatable {
    var job: Identifier<Job>
    var way: ServiceWay
    var secret: String
  }

  private struct State {
    var routes: [Identifier<NamedService>: Route] = [:]
    var names: [String: Identifier<NamedService>] = [:]
    var open: [Identifier<Job>: Int] = [:]
  }

  private let state = Mutex(State())

  /// Sends requests to a job from now on, or to none.
  func set(_ route: Route?, for service: NamedService) {
    state.withLock { state in
      state.routes[service.id] = route
      state.names[Self.key(service.name, service.project)] = route == nil ? nil : service.id
    }
  }

  /// Takes the route to a service; nil where none of its jobs answers.
  func call(_ name: String, in project: String) -> ServiceCall? {
    let route = state.withLock { state -> Route? in
      guard let id = state.names[Self.key(name, project)], let route = state.routes[id] else {
        return nil
      }
      state.open[route.job, default: 0] += 1
      return route
    }
    return route.map { ServiceCall($0, self) }
  }

  /// Sends no more requests to a job.
  func remove(_ job: Identifier<Job>) {
    state.withLock { state in
      for (service, route) in state.routes where route.job == job { state.routes[service] = nil }
    }
  }

  func route(of service: Identifier<NamedService>) -> Route? {
    state.withLock { $0.routes[service] }
  }

  /// How many requests a job has under way.
  func openRequests(of job: Identifier<Job>) -> Int { state.withLock { $0.open[job] ?? 0 } }

  fileprivate func end(_ job: Identifier<Job>) {
    state.withLock { state in
      let rest = (state.open[job] ?? 1) - 1
      state.open[job] = rest > 0 ? rest : nil
    }
  }

  private static func key(_ name: String, _ project: String) -> String { project + "/" + name }
}
