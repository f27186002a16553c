import API
public import HTTPTypes
public import Hummingbird
import Synchronization

/// The server's routes: each says what a caller must be allowed to do and what it is, or it does
/// not compile.
public struct FactoryRoutes {
  /// All of ours lie below it, and nothing else does.
  static let apiPrefix = "/api/v1/"

  let router: Router<FactoryContext>
  let register = RouteRegister()
  /// Routes whose requests may be answered without a task.
  let directWrites = DirectWriteRegister()
  private let authenticator: Authenticator
  /// Whom reads of jobs wait for; nil where no jobs run.
  var journalReads: JournalReads?
  /// Bounds the tokens of runs, and ends them with their jobs.
  var liveRuns: LiveRuns?

  /// Starts with no routes; errors of all routes are answered in the product's one shape.
  public init(authenticator: Authenticator, hosts: HostRules) {
    self.authenticator = authenticator
    router = Router(context: FactoryContext.self)
    router.add(middleware: ErrorMiddleware())
    router.add(middleware: HostMiddleware(rules: hosts))
  }

  /// Adds one route.
  ///
  /// - Parameters:
  ///   - path: `{name}` takes one part of the path, `**` at the end the rest of it.
  ///   - permission: checked before `handler` runs.
  ///   - description: what it is; `.api` for those below `/api/v1` and for no others.
  ///   - handler: answers; an error that it throws is translated.
  public func route<Answer: ResponseGenerator>(
    _ method: HTTPRequest.Method, _ path: String, permission: Permission,
    _ description: RouteDescription,
    handler: @escaping @Sendable (Request, FactoryContext) async throws -> Answer
  ) {
    register.add(
      RegisteredRoute(
        method: method, path: path, permission: permission, description: description))
    let (authenticator, journalReads, liveRuns) = (authenticator, journalReads, liveRuns)
    router.on(RouterPath(path), method: method) { request, context in
      var (request, context) = (request, context)
      if permission != .open {
        var caller = try authenticator.caller(of: request)
        guard caller.run == nil || Self.isOfMLflow(path) else {
          throw ServerError(
            .unauthorized, "The token of a job's run is good for MLflow's API alone.",
            hint: "'aifactory env' prints the token of this home.")
        }
        if let run = caller.run, let liveRuns {
          let work = try await liveRuns.require(run, in: caller.project)
          if permission == .write { try await liveRuns.requireScope(&request, of: work) }
          caller.work = work
        }
        context.caller = caller
        if caller.run != nil, let name = JournalReads.header,
          let place = request.headers[name]
        {
          try await journalReads?.wait(for: place)
        }
      }
      let answer = try await handler(request, context)
      guard let work = context.caller?.work, method == .get, let name = RunScope.header,
        let mayChange = try await liveRuns?.mayChange(readBy: request, work)
      else { return try answer.response(from: request, context: context) }
      var response = try answer.response(from: request, context: context)
      response.headers[name] = mayChange ? "yes" : "no"
      return response
    }
  }

  /// Whether a route is one that MLflow's clients ask for.
  static func isOfMLflow(_ path: String) -> Bool {
    [
      "/api/2.0/mlflow", "/api/3.0/mlflow", "/ajax-api/", "/get-artifact", "/model-versions/",
      "/v1/traces",
    ]
    .contains { path.hasPrefix($0) }
  }

  /// Answers methods that a path of ours does not know with 405; call it after the last route.
  func refuseOtherMethods() {
    let paths = [String: [HTTPRequest.Method]](
      register.operations.map { ($0.path, [$0.method]) }, uniquingKeysWith: +)
    for (path, known) in paths {
      let allowed = known.map(\.rawValue).sorted().joined(separator: ", ")
      for method in Self.methods where !known.contains(method) {
        router.on(RouterPath(path), method: method) { _, _ -> Response in
          var answer = try WireResponse(
            ErrorWire(
              ErrorWire.Body(
                code: "method_not_allowed",
                message: "\(path) does not know \(method.rawValue).",
                hint: "It knows \(allowed).")),
            status: .methodNotAllowed
          ).response
          answer.headers[.allow] = allowed
          return answer
        }
      }
    }
  }

  private static let methods: [HTTPRequest.Method] =
    [
      .get, .head, .post, .put, .patch, .delete, .options, .trace,
    ] + [HTTPRequest.Method("QUERY")].compactMap { $0 }
}

/// A route that was added.
struct RegisteredRoute: Sendable {
  var method: HTTPRequest.Method
  var path: String
  var permission: Permission
  var description: RouteDescription
}

/// A route of ours.
struct RegisteredOperation: Sendable {
  var method: HTTPRequest.Method
  var path: String
  var permission: Permission
  var operation: APIOperation
}

/// All routes that were added, in their order.
final class RouteRegister: Sendable {
  private let list = Mutex<[RegisteredRoute]>([])

  /// Notes a route.
  func add(_ route: RegisteredRoute) {
    let isOurs = route.path.hasPrefix(FactoryRoutes.apiPrefix)
    let isDescribed = if case .api = route.description { true } else { false }
    precondition(isOurs == isDescribed, "\(route.path): what is below /api/v1 is described")
    list.withLock { $0.append(route) }
  }

  /// Every route.
  var routes: [RegisteredRoute] { list.withLock { $0 } }

  /// Those of ours, with what the document tells of them.
  var operations: [RegisteredOperation] {
    routes.compactMap { route in
      guard case .api(let operation) = route.description else { return nil }
      return RegisteredOperation(
        method: route.method, path: route.path, permission: route.permission,
        operation: operation)
    }
  }
}
