import Basics
import Compute
import Experimentation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JobProtocol
import MLflowProtocol
import NIOCore
import TestSupport
import Testing

@testable import FactoryServer

/// What the token of a job's run may change.
@Suite(.timeLimit(.minutes(1))) struct RunScopeTests {
  /// A route that is added later is refused to jobs until somebody decides otherwise here.
  @Test func `these writing routes of MLflow's no job may call`() throws {
    let home = try TemporaryLedger()
    let routes = FactoryRoutes(
      authenticator: Authenticator(token: "right"), hosts: HostRules(allowing: []))
    routes.addMLflowRoutes(
      ledger: home.ledger, objects: ObjectStore(root: home.folder.path("objects")), secret: "s")
    let id = String(repeating: "a", count: 32)
    var members = ["run_id", "experiment_id", "name", "alias", "key", "trace_id"].map {
      JSONMember($0, .string($0 == "run_id" ? id : "1"))
    }
    members.append(JSONMember("version", .number(1)))
    members.append(JSONMember("trace_ids", .array([.string("tr-1")])))
    let fields = MLflowFields(members: .object(members))
    var refused: Set<String> = []
    for route in routes.register.routes
    where route.permission == .write && FactoryRoutes.isOfMLflow(route.path) {
      let path = route.path.replacing("**", with: "1/\(id)/artifacts/x")
      let parts = try #require(MLflowDialect.parts(of: path), "\(path)")
      let things = try RunScope.things(changedBy: route.method.rawValue, parts, fields)
      if things == nil {
        refused.insert("\(route.method.rawValue) \(parts.joined(separator: "/"))")
      }
    }
    #expect(
      refused == [
        "POST experiments/update", "POST experiments/delete", "POST experiments/restore",
        "DELETE datasets/{dataset}", "PATCH datasets/{dataset}/tags",
        "DELETE datasets/{dataset}/tags/{key}", "POST datasets/{dataset}/remove-experiments",
        "DELETE datasets/{dataset}/records",
      ])
  }

  @Test(arguments: [
    ("1/RUN/artifacts/a/b", "run"), ("team/x/RUN/artifacts/a", "run"),
    ("1/models/m-1/artifacts/MLmodel", "model"), ("1/traces/tr-1/artifacts/x.json", "trace"),
    ("1/./RUN/./artifacts/a", "run"), ("1/RUN/x", ""), ("RUN", ""), ("1/other/artifacts/a", ""),
  ])
  func `an artifact is that of the run, model or trace in its path`(
    path: String, owner: String
  ) throws {
    let id = String(repeating: "0", count: 32)
    let known: [String: TrackedThing] = [
      "run": .run(id), "model": .loggedModel("m-1"), "trace": .trace("tr-1"),
    ]
    for prefix in [["artifacts"], ["mpu", "create"]] {
      let parts = prefix + path.replacing("RUN", with: id).split(separator: "/").map(String.init)
      let things = try RunScope.things(
        changedBy: "PUT", parts, MLflowFields(members: .object([])))
      #expect(things == known[owner].map { [$0] })
    }
  }

  @Test func `an artifact in the folders of two owners needs both`() throws {
    let (one, two) = (String(repeating: "1", count: 32), String(repeating: "2", count: 32))
    let parts = try #require(
      MLflowDialect.parts(
        of: "/api/2.0/mlflow-artifacts/artifacts/x%2F\(one)%2Fartifacts/\(two)/artifacts/f"))
    let things = try RunScope.things(
      changedBy: "PUT", parts, MLflowFields(members: .object([])))
    #expect(things == [.run(one), .run(two)])
  }

  @Test(arguments: [
    ("/api/2.0/mlflow/runs/log-metric", ["runs", "log-metric"]),
    ("//api/2.0//mlflow/runs/create", ["runs", "create"]),
    ("/ajax-api/3.0/mlflow/logged-models/m%2D1", ["logged-models", "m-1"]),
    ("/v1/traces", ["v1", "traces"]), ("/api/1.0/mlflow/runs/create", nil),
    ("/api/2.0/mlflow", nil), ("/api/v1/jobs", nil), ("/graphql", nil), ("/%", nil),
  ])
  func `the place of a call is read as the router reads it`(path: String, parts: [String]?) {
    #expect(MLflowDialect.parts(of: path) == parts)
  }

  @Test func `a job changes what it has made, and reads everything`() async throws {
    let factory = try await ScopedFactory()
    let (mine, other) = (factory.mine, factory.other)
    try await factory.test { ask in
      func expect(
        _ status: HTTPResponse.Status, _ path: String, _ body: String,
        method: HTTPRequest.Method = .post, location: SourceLocation = #_sourceLocation
      ) async throws {
        let answer = try await ask(method, "/api/2.0/mlflow/" + path, body, factory.token)
        #expect(answer.status == status, "\(path): \(answer.text)", sourceLocation: location)
        if status == .forbidden { #expect(answer.text.contains("PERMISSION_DENIED")) }
      }
      let point = #""key":"m","value":1,"timestamp":1"#
      try await expect(.ok, "runs/log-metric", #"{"run_id":"\#(mine)",\#(point)}"#)
      try await expect(.forbidden, "runs/log-metric", #"{"run_id":"\#(other)",\#(point)}"#)
      let batch = #""tags":[{"key":"t","value":"1"}]}"#
      try await expect(.ok, "runs/log-batch", #"{"run_id":"\#(mine)",\#(batch)"#)
      try await expect(.forbidden, "runs/log-batch", #"{"run_id":"\#(other)",\#(batch)"#)
      try await expect(
        .forbidden, "runs/log-batch", #"{"run_id":"\#(mine)","run_id":"\#(other)",\#(batch)"#)
      for path in ["update", "delete", "restore", "set-tag", "delete-tag", "log-parameter"] {
        try await expect(
          .forbidden, "runs/\(path)", #"{"run_id":"\#(other)","key":"a","value":"b"}"#)
      }
      try await expect(
        .notFound, "runs/delete", #"{"run_id":"\#(String(repeating: "f", count: 32))"}"#)
      try await expect(.ok, "runs/get?run_id=\(other)", "", method: .get)
      for path in ["delete", "update", "restore"] {
        try await expect(
          .forbidden, "experiments/\(path)", #"{"experiment_id":"0","new_name":"x"}"#)
      }
      let tag = #""key":"a","value":"b"}"#
      try await expect(.ok, "experiments/set-experiment-tag", #"{"experiment_id":"0",\#(tag)"#)
      try await expect(
        .forbidden, "experiments/set-experiment-tag",
        #"{"experiment_id":"\#(factory.elsewhere)",\#(tag)"#)
    }
    let (mineNow, otherNow) = try await factory.details()
    #expect(mineNow.metrics.count == 1 && mineNow.tags == ["t": "1"])
    #expect(otherNow == factory.otherBefore)
  }

  @Test func `what a job makes is its own`() async throws {
    let factory = try await ScopedFactory()
    try await factory.test { ask in
      func made(_ path: String, _ body: String) async throws -> JSONValue {
        let answer = try await ask(.post, "/api/2.0/mlflow/" + path, body, factory.token)
        #expect(answer.status == .ok, "\(path): \(answer.text)")
        return try JSONValue(parsing: answer.text)
      }
      let child = try await made(
        "runs/create",
        #"{"experiment_id":"0","tags":[{"key":"mlflow.parentRunId","value":"\#(factory.mine)"}]}"#)
      let run = child["run"]?["info"]?["run_id"]?.stringValue ?? ""
      _ = try await made("runs/log-parameter", #"{"run_id":"\#(run)","key":"p","value":"1"}"#)
      _ = try await made("runs/update", #"{"run_id":"\#(run)","status":"FINISHED"}"#)
      let experiment = try await made("experiments/create", #"{"name":"mine"}"#)
      let id = experiment["experiment_id"]?.stringValue ?? ""
      _ = try await made(
        "experiments/set-experiment-tag", #"{"experiment_id":"\#(id)","key":"a","value":"b"}"#)
      let model = try await made(
        "logged-models", #"{"experiment_id":"0","name":"net","source_run_id":"\#(run)"}"#)
      let modelID = model["model"]?["info"]?["model_id"]?.stringValue ?? ""
      _ = try await made(
        "logged-models/\(modelID)/params", #"{"params":[{"key":"p","value":"1"}]}"#)
      _ = try await made("registered-models/create", #"{"name":"net"}"#)
      _ = try await made(
        "model-versions/create",
        #"{"name":"net","source":"mlflow-artifacts:/0/\#(run)/artifacts","run_id":"\#(run)"}"#)
      _ = try await made(
        "registered-models/alias", #"{"name":"net","alias":"best","version":"1"}"#)
      // The same things are none of another job's.
      for (path, body) in [
        ("runs/log-parameter", #"{"run_id":"\#(run)","key":"q","value":"1"}"#),
        ("logged-models/\(modelID)/params", #"{"params":[{"key":"q","value":"1"}]}"#),
        ("logged-models", #"{"experiment_id":"0","name":"n","source_run_id":"\#(run)"}"#),
        ("registered-models/set-tag", #"{"name":"net","key":"a","value":"b"}"#),
        ("model-versions/set-tag", #"{"name":"net","version":"1","key":"a","value":"b"}"#),
        ("model-versions/transition-stage", #"{"name":"net","version":"1","stage":"Staging"}"#),
        ("registered-models/alias", #"{"name":"net","alias":"best","version":"1"}"#),
      ] {
        let answer = try await ask(.post, "/api/2.0/mlflow/" + path, body, factory.otherToken)
        #expect(answer.status == .forbidden, "\(path): \(answer.text)")
        let owner = try await ask(.post, "/api/2.0/mlflow/" + path, body, "right")
        #expect(owner.status == .ok, "\(path): \(owner.text)")
      }
      let alias = #"{"name":"net","alias":"best"}"#
      let path = "/api/2.0/mlflow/registered-models/alias"
      #expect(try await ask(.delete, path, alias, factory.otherToken).status == .forbidden)
      #expect(try await ask(.delete, path, alias, factory.token).status == .ok)
    }
  }

  @Test func `a job puts and removes the artifacts of its own runs`() async throws {
    let factory = try await ScopedFactory()
    try await factory.test { ask in
      for (run, status) in [(factory.mine, HTTPResponse.Status.ok), (factory.other, .forbidden)] {
        for method in [HTTPRequest.Method.put, .delete] {
          for name in ["0/\(run)/artifacts/a.txt", "0%2F\(run)%2Fartifacts%2Fa.txt"] {
            let path = "/api/2.0/mlflow-artifacts/artifacts/\(name)"
            let answer = try await ask(method, path, "text", factory.token)
            #expect(answer.status == status, "\(method) \(path): \(answer.text)")
          }
        }
      }
    }
  }

  @Test func `an agent is told whether its job may change what it reads`() async throws {
    let factory = try await ScopedFactory()
    try await factory.test { ask in
      for (token, word) in [(factory.token, "yes"), (factory.otherToken, "no"), ("right", nil)] {
        let answer = try await ask(
          .get, "/api/2.0/mlflow/runs/get?run_id=\(factory.mine)", "", token)
        #expect(answer.mayChange == word)
      }
    }
  }

  @Test func `a journal does no more than a token`() async throws {
    let factory = try await ScopedFactory()
    let journal = MLflowJournal(objects: factory.objects)
    func write(_ path: String, _ body: String) async throws {
      let call = TrackingCall(method: "POST", path: path, made: "", body: Array(body.utf8))
      let job = try await factory.jobs.job(factory.job)
      try await factory.ledger.write { db in
        try journal.apply(TimedCall(timeMs: 5, call: call), of: job, in: db)
      }
    }
    let tag = #""key":"a","value":"b"}"#
    try await write("runs/set-tag", #"{"run_id":"\#(factory.mine)",\#(tag)"#)
    for (path, body) in [
      ("runs/set-tag", #"{"run_id":"\#(factory.other)",\#(tag)"#),
      ("runs/log-batch", #"{"run_id":"\#(factory.other)","params":[{\#(tag)]}"#),
      ("runs/delete", #"{"run_id":"\#(factory.other)"}"#),
    ] {
      let failure = await #expect(throws: MLflowFailure.self) { try await write(path, body) }
      #expect(failure?.code == .permissionDenied)
    }
    let (mine, other) = try await factory.details()
    #expect(mine.tags == ["a": "b"] && other == factory.otherBefore)
  }
}

/// A ledger with two jobs, each with a run, behind MLflow's routes.
private struct ScopedFactory {
  struct Answer {
    var status: HTTPResponse.Status
    var text: String
    var mayChange: String?
  }
  typealias Ask = (HTTPRequest.Method, String, String, String) async throws -> Answer

  let home: TemporaryLedger
  let objects: ObjectStore
  let jobs: Jobs
  /// That of the first run.
  let job: Identifier<Job>
  let mine: RunID
  let other: RunID
  /// The experiment of the second run; the first is in the standard one.
  let elsewhere: ExperimentID
  let otherBefore: RunDetails

  var ledger: Ledger { home.ledger }
  var token: String { RunTokens(owner: "right").token(of: mine.rawValue) }
  var otherToken: String { RunTokens(owner: "right").token(of: other.rawValue) }

  init() async throws {
    home = try TemporaryLedger(Array(FactoryMigrations.all.dropFirst(BasicsMigrations.all.count)))
    objects = ObjectStore(root: home.folder.path("objects"))
    // Its loop does not run, so that no job starts.
    jobs = Jobs(
      ledger: home.ledger,
      configuration: JobsConfiguration(
        folder: home.folder.path("jobs"), agentPath: "/bin/false",
        capacity: SiteCapacity(cpus: [0], memoryBytes: 1 << 30)))
    let (mine, other) = (RunID.random(), RunID.random())
    (self.mine, self.other) = (mine, other)
    let elsewhere = try await home.ledger.write { db in
      try ExperimentStore.create(named: "elsewhere", nowMs: 1, in: db).id
    }
    self.elsewhere = elsewhere
    var submitted: [Identifier<Job>] = []
    for (run, experiment) in [(mine, ExperimentID.standard), (other, elsewhere)] {
      let job = try await jobs.submit(
        JobSpec(name: "train", command: ["/bin/true"]), id: nil, in: "default"
      ) { job, db in
        _ = try RunStore.create(
          run, experiment: experiment, name: "train", job: job.id.rawValue, startedAtMs: 1, in: db)
      }
      submitted.append(job.id)
    }
    job = submitted[0]
    otherBefore = try await RunStore(ledger: home.ledger).details(other)
  }

  func details() async throws -> (mine: RunDetails, other: RunDetails) {
    let store = RunStore(ledger: ledger)
    return (try await store.details(mine), try await store.details(other))
  }

  func test(_ body: @escaping @Sendable (Ask) async throws -> Void) async throws {
    var routes = FactoryRoutes(
      authenticator: Authenticator(token: "right"), hosts: HostRules(allowing: []))
    routes.liveRuns = LiveRuns(ledger: ledger)
    routes.addMLflowRoutes(ledger: ledger, objects: objects, secret: "quiet")
    try await Application(router: routes.router).test(.router) { client in
      try await body { method, path, text, token in
        try await client.execute(
          uri: path, method: method,
          headers: [.authorization: "Bearer \(token)", .contentType: "application/json"],
          body: ByteBuffer(string: text)
        ) { answer in
          Answer(
            status: answer.status, text: String(buffer: answer.body),
            mayChange: RunScope.header.flatMap { answer.headers[$0] })
        }
      }
    }
  }
}
