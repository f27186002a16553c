import Basics
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@testable import FactoryServer

@Suite(.timeLimit(.minutes(2))) struct MLflowRoutesTests {
  private struct Answer: Sendable {
    var status: Int
    var json: JSONValue
    var text = ""
    var code: String? { json["error_code"]?.stringValue }
    var message: String { json["message"]?.stringValue ?? "" }
  }

  private typealias Ask =
    @Sendable (HTTPRequest.Method, String, String?) async throws -> Answer

  private func serve(
    _ headers: HTTPFields = [.authorization: "Bearer right", .contentType: "application/json"],
    _ body: @escaping @Sendable (Ask) async throws -> Void
  ) async throws {
    // The first ones are what every temporary ledger has.
    let home = try TemporaryLedger(
      Array(FactoryMigrations.all.dropFirst(BasicsMigrations.all.count)))
    let routes = FactoryRoutes(
      authenticator: Authenticator(token: "right"), hosts: HostRules(allowing: []))
    routes.addMLflowRoutes(
      ledger: home.ledger, objects: ObjectStore(root: home.folder.path("objects")),
      secret: "quiet")
    try await Application(router: routes.router).test(.router) { client in
      try await body { method, path, text in
        try await client.execute(
          uri: path, method: method, headers: headers, body: text.map { ByteBuffer(string: $0) }
        ) { answer in
          let bytes = Array(answer.body.readableBytesView)
          return Answer(
            status: Int(answer.status.code),
            json: bytes.isEmpty ? .null : try JSONValue(parsing: bytes),
            text: String(decoding: bytes, as: UTF8.self))
        }
      }
    }
    withExtendedLifetime(home) {}
  }

  private static let run = "/api/2.0/mlflow/runs"

  @Test func `wrong requests are told in MLflow's words and never a 5xx`() async throws {
    try await serve { ask in
      let created = try await ask(.post, Self.run + "/create", #"{"experiment_id":"0"}"#)
      let id = created.json["run"]?["info"]?["run_id"]?.stringValue ?? ""
      #expect(id.count == 32)
      let missing = "Missing value for required parameter"
      let cases: [(String, String, String, String)] = [
        ("experiments/create", "{}", "INVALID_PARAMETER_VALUE", "\(missing) 'name'"),
        (
          "experiments/create", #"{"name":123}"#, "INVALID_PARAMETER_VALUE",
          "Invalid value 123 for parameter 'name'"
        ),
        (
          "experiments/create", #"{"name":"a","tags":"5"}"#, "INVALID_PARAMETER_VALUE",
          #"Invalid value "5" for parameter 'tags'"#
        ),
        ("experiments/create", "nonsense", "BAD_REQUEST", "JSON"),
        ("experiments/create", "[1]", "BAD_REQUEST", "JSON object"),
        (
          "runs/log-metric", #"{"run_id":"\#(id)","key":"a","timestamp":1}"#,
          "INVALID_PARAMETER_VALUE", "\(missing) 'value'"
        ),
        (
          "runs/log-metric", #"{"run_id":"\#(id)","key":"a","value":"x","timestamp":1}"#,
          "INVALID_PARAMETER_VALUE", "for parameter 'value'"
        ),
        (
          "runs/log-metric", #"{"key":"a","value":1,"timestamp":1}"#, "INVALID_PARAMETER_VALUE",
          "\(missing) 'run_id'"
        ),
        (
          "runs/log-metric", #"{"run_id":"nope","key":"a","value":1,"timestamp":1}"#,
          "RESOURCE_DOES_NOT_EXIST", "Run with id=nope not found"
        ),
        (
          "runs/log-batch", #"{"run_id":"\#(id)","metrics":5}"#, "INVALID_PARAMETER_VALUE",
          "Invalid value 5 for parameter 'metrics'"
        ),
        (
          "runs/log-batch", #"{"run_id":7}"#, "INVALID_PARAMETER_VALUE",
          "Invalid value 7 for parameter 'run_id'"
        ),
        (
          "runs/log-batch", #"{"run_id":"\#(id)","metrics":[{"key":"a","value":1}]}"#,
          "INVALID_PARAMETER_VALUE", "metrics[0].timestamp"
        ),
        (
          "runs/log-batch",
          #"{"run_id":"\#(id)","params":[{"key":"a","value":"1"},{"key":"a","value":"2"}]}"#,
          "INVALID_PARAMETER_VALUE", "Duplicate parameter keys"
        ),
        ("runs/log-batch", #"{"run_id":"\#(id)","metrics":["#, "BAD_REQUEST", "JSON"),
        (
          "runs/search", #"{"experiment_ids":["0"],"max_results":60000}"#,
          "INVALID_PARAMETER_VALUE", "max_results"
        ),
        (
          "runs/search", #"{"experiment_ids":["0"],"order_by":[1]}"#, "INVALID_PARAMETER_VALUE",
          "order_by"
        ),
        (
          "runs/update", #"{"run_id":"\#(id)","status":"DONE"}"#, "INVALID_PARAMETER_VALUE",
          "status"
        ),
        ("runs/outputs", #"{"run_id":"\#(id)"}"#, "INVALID_PARAMETER_VALUE", "\(missing) 'models'"),
        (
          "registered-models/create", #"{"name":"a/b"}"#, "INVALID_PARAMETER_VALUE",
          "Invalid model name"
        ),
        (
          "model-versions/create", #"{"name":"none","source":"runs:/x/y"}"#,
          "RESOURCE_DOES_NOT_EXIST", "not found"
        ),
        (
          "logged-models", #"{"experiment_id":"99","name":"m"}"#, "RESOURCE_DOES_NOT_EXIST",
          "No Experiment"
        ),
        ("gateway/whatever", "{}", "ENDPOINT_NOT_FOUND", "does not serve"),
      ]
      for (path, body, code, words) in cases {
        let answer = try await ask(.post, "/api/2.0/mlflow/\(path)", body)
        #expect(answer.code == code, "\(path) \(body)")
        #expect((400..<500).contains(answer.status), "\(path) \(body)")
        #expect(answer.message.contains(words), "\(path) \(body): \(answer.message)")
      }
    }
  }

  @Test func `a batch has at most 1000 points, 100 params and 100 tags`() async throws {
    try await serve { ask in
      let created = try await ask(.post, Self.run + "/create", "{}")
      let id = created.json["run"]?["info"]?["run_id"]?.stringValue ?? ""
      func send(_ field: String, _ count: Int) async throws -> Answer {
        let entries = (0..<count).map {
          #"{"key":"k\#($0)","value":\#(field == "metrics" ? "1" : "\"1\""),"timestamp":"5"}"#
        }
        let list = entries.joined(separator: ",")
        return try await ask(
          .post, Self.run + "/log-batch", #"{"run_id":"\#(id)","\#(field)":[\#(list)]}"#)
      }
      for (field, limit) in [("metrics", 1_000), ("params", 100), ("tags", 100)] {
        #expect(try await send(field, limit).status == 200)
        let refused = try await send(field, limit + 1)
        #expect(refused.code == "INVALID_PARAMETER_VALUE")
        #expect(refused.message.contains("at most \(limit) \(field). Got \(limit + 1)"))
      }
    }
  }

  @Test func `values that JSON lacks travel as texts, both ways`() async throws {
    try await serve { ask in
      let created = try await ask(.post, Self.run + "/create", "{}")
      let id = created.json["run"]?["info"]?["run_id"]?.stringValue ?? ""
      let points =
        #"[{"key":"a","value":"NaN","timestamp":1},{"key":"b","value":"-Infinity","timestamp":1},{"key":"c","value":Infinity,"timestamp":1},{"key":"d","value":"1.5","timestamp":"2","step":"9007199254740993"}]"#
      let logged = try await ask(
        .post, Self.run + "/log-batch", #"{"run_id":"\#(id)","metrics":\#(points)}"#)
      #expect(logged.status == 200)
      let got = try await ask(.get, Self.run + "/get?run_id=\(id)", nil)
      let values = got.json["run"]?["data"]?["metrics"]?.arrayValue?.map { $0["value"] }
      #expect(
        values == [.string("NaN"), .string("-Infinity"), .string("Infinity"), .number(1.5)])
    }
  }

  @Test func `the smallest whole number is a value like others`() async throws {
    try await serve { ask in
      let created = try await ask(.post, Self.run + "/create", "{}")
      let id = created.json["run"]?["info"]?["run_id"]?.stringValue ?? ""
      let body =
        #"{"run_id":"\#(id)","key":"a","value":-9223372036854775808,"timestamp":1,"step":-9223372036854775808}"#
      #expect(try await ask(.post, Self.run + "/log-metric", body).status == 200)
      let got = try await ask(.get, Self.run + "/get?run_id=\(id)", nil)
      #expect(got.json["run"]?["data"]?["metrics"]?[0]?["value"]?.numberValue == -0x1p63)
      let refused = try await ask(
        .post, "/api/2.0/mlflow/experiments/create", #"{"name":-9223372036854775808}"#)
      #expect(refused.status == 400)
    }
  }

  @Test func `names that SQLite counts otherwise are refused or cut, not a failure`() async throws {
    try await serve { ask in
      let family = String(repeating: "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}", count: 400)
      for name in [#"\u0000"#, family] {
        for path in ["experiments/create", "registered-models/create"] {
          let answer = try await ask(.post, "/api/2.0/mlflow/\(path)", #"{"name":"\#(name)"}"#)
          #expect(answer.code == "INVALID_PARAMETER_VALUE")
        }
      }
      let created = try await ask(.post, Self.run + "/create", "{}")
      let id = created.json["run"]?["info"]?["run_id"]?.stringValue ?? ""
      let body = #"{"run_id":"\#(id)","key":"a","value":"\#(family + family + family + family)"}"#
      #expect(try await ask(.post, Self.run + "/log-parameter", body).status == 200)
      #expect(try await ask(.post, Self.run + "/set-tag", body).status == 200)
    }
  }

  @Test func `whole numbers keep all their digits, and fields may be written in camel case`()
    async throws
  {
    try await serve { ask in
      let created = try await ask(
        .post, Self.run + "/create",
        #"{"experimentId":"0","runName":"camel","startTime":"9007199254740993"}"#)
      let info = created.json["run"]?["info"]
      #expect(info?["run_name"] == .string("camel"))
      let id = info?["run_id"]?.stringValue ?? ""
      func log(_ step: String) async throws -> Answer {
        let point = #""key":"m","value":1,"timestamp":9007199254740993,"step":\#(step)"#
        return try await ask(.post, Self.run + "/log-metric", #"{"run_id":"\#(id)",\#(point)}"#)
      }
      let steps = [Int64.min, -1_795_766_400_123_456_789, 9_007_199_254_740_993, .max]
      for step in steps { #expect(try await log("\(step)").status == 200) }
      #expect(try await log("9223372036854775808").code == "INVALID_PARAMETER_VALUE")
      let history = try await ask(
        .get, "/api/2.0/mlflow/metrics/get-history?metric_key=m&run_id=\(id)", nil)
      for step in steps { #expect(history.text.contains("\"step\":\(step)}")) }
      // A GET may tell its fields in a body.
      let run = try await ask(.get, Self.run + "/get", #"{"run_id":"\#(id)"}"#)
      #expect(run.json["run"]?["data"]?["metrics"]?.arrayValue?.count == 1)
    }
  }

  @Test func `every prefix answers the same, and strangers are told to sign in`() async throws {
    try await serve { ask in
      for prefix in ["/api/2.0", "/api/3.0", "/ajax-api/2.0", "/ajax-api/3.0"] {
        let answer = try await ask(.get, prefix + "/mlflow/experiments/get?experiment_id=0", nil)
        #expect(answer.json["experiment"]?["name"] == .string("Default"))
      }
    }
    try await serve([:]) { ask in
      let answer = try await ask(.get, "/api/2.0/mlflow/experiments/get?experiment_id=0", nil)
      #expect(answer.status == 401)
      #expect(answer.code == "UNAUTHENTICATED")
    }
    try await serve([.authorization: "Bearer right", .contentType: "text/plain"]) { ask in
      let answer = try await ask(.post, "/api/2.0/mlflow/experiments/create", #"{"name":"a"}"#)
      #expect(answer.code == "INVALID_PARAMETER_VALUE")
      #expect(answer.message.contains("Content-Type must be one of"))
    }
  }

  @Test(arguments: ["../x", "a/../../x", "%2e%2e/x", "a/%2e%2e%2fx", "a%5Cb", "a%00b"])
  func `an artifact's path cannot leave its folder`(path: String) async throws {
    try await serve { ask in
      for method in [HTTPRequest.Method.get, .put, .delete] {
        let answer = try await ask(
          method, "/api/2.0/mlflow-artifacts/artifacts/\(path)", method == .put ? "x" : nil)
        #expect((400..<500).contains(answer.status))
        #expect(answer.message.contains("Invalid path"))
      }
    }
  }
}
