import Basics
import Glibc
import JobProtocol
import Synchronization
import Testing

@testable import Compute

/// The endpoint of the real agent, asked by Python's standard library and by raw sockets.
struct TrackingEndpointTests {
  private static let run = String(repeating: "a1", count: 16)

  private static let tracking = AttemptTracking(
    run: Array(#"{"run":{"info":{"run_id":"\#(run)","experiment_id":"1"}}}"#.utf8),
    experiments: Array(#"{"experiments":[{"experiment_id":"1","name":"e"}]}"#.utf8),
    // Nobody listens there.
    serverUrl: "http://127.0.0.1:9", serverToken: "none")

  /// Writes down what it is told to carry out.
  private final class Told: JobTracker {
    let calls = Mutex<[TrackingCall]>([])

    func gather(_ calls: [TimedCall], from folder: AttemptFolder) async throws {}

    func release(_ folder: AttemptFolder) async throws {}

    func apply(_ call: TimedCall, of job: Job, in db: LedgerTransaction) throws {
      if call.call.path == "runs/delete" {
        throw JobError(.specInvalid, "this tracker deletes nothing")
      }
      calls.withLock { $0.append(call.call) }
    }
  }

  private static let prelude = """
    import http.client, json, os, socket, threading, urllib.parse
    url = urllib.parse.urlparse(os.environ["MLFLOW_TRACKING_URI"])
    token = os.environ["MLFLOW_TRACKING_TOKEN"]
    run = "\(run)"

    def ask(method, path, body=None, connection=None, headers={}, **more):
        own = connection or http.client.HTTPConnection(url.hostname, url.port, timeout=20)
        if not path.startswith("/"):
            path = "/api/2.0/mlflow/" + path
        if body is not None and not isinstance(body, (bytes, list)):
            body = json.dumps(body).encode()
        own.request(method, path, body, {"Authorization": "Bearer " + token, **headers}, **more)
        answer = own.getresponse()
        text = answer.read()
        return answer.status, text

    def raw(text):
        with socket.create_connection((url.hostname, url.port), timeout=20) as link:
            link.sendall(text)
            link.shutdown(socket.SHUT_WR)
            answer = b""
            while chunk := link.recv(65536):
                answer += chunk
        return answer

    """

  /// Runs a script in a job with a run; what was told of it, and the job.
  private func told(
    _ script: String
  ) async throws -> (calls: [TrackingCall], job: Job, text: String) {
    let told = Told()
    let home = try JobsUnderTest(tracker: told, tracking: Self.tracking)
    return try await home.serve { jobs in
      let job = try await jobs.run(["python3", "-c", Self.prelude + script])
      let text = try await jobs.text(job) + (try await jobs.text(job, .stderr))
      let folder = AttemptFolder(path: "\(job.folder)/1/local")
      for file in told.calls.withLock({ $0.compactMap(\.file) }) {
        let bytes = try #require(ProcFile.bytes(folder.uploads + "/" + file.name, limit: 1 << 24))
        #expect(ObjectDigest(of: bytes).hex == file.sha256)
      }
      return (told.calls.withLock { $0 }, job, text)
    }
  }

  @Test func `NaN counts as 0 among values of one step and time, as on MLflow's server`()
    async throws
  {
    let (_, job, text) = try await told(
      """
      wanted = {"a": ([float("nan"), float("inf")], "Infinity"), "b": ([float("inf"), float("nan")], "Infinity"),
          "c": ([-1, float("nan")], "NaN"), "d": ([float("nan"), -1], "NaN"), "e": ([0, float("nan")], 0),
          "f": ([float("nan"), 0], "NaN")}
      for key, (values, _) in wanted.items():
          for value in values:
              point = {"key": key, "value": value, "timestamp": 1, "step": 1}
              assert ask("POST", "runs/log-metric", {"run_id": run, **point})[0] == 200
          points = [{"key": "batch/" + key, "value": value, "timestamp": 1, "step": 1} for value in values]
          assert ask("POST", "runs/log-batch", {"run_id": run, "metrics": points})[0] == 200
      status, body = ask("GET", "runs/get?run_id=" + run)
      latest = {m["key"]: m["value"] for m in json.loads(body)["run"]["data"]["metrics"]}
      for key, (_, value) in wanted.items():
          assert latest[key] == latest["batch/" + key] == value, (key, latest)
      """)
    #expect(job.reason == .succeeded, "\(text)")
  }

  @Test func `each answered call is carried out once, in order, many clients or one`()
    async throws
  {
    let (calls, job, text) = try await told(
      """
      def client(number):
          link = http.client.HTTPConnection(url.hostname, url.port, timeout=20)
          for count in range(40):
              status, body = ask("POST", "runs/log-metric", {"run_id": run, "key": f"k{number}",
                  "value": float("nan") if count == 3 else count, "timestamp": 1, "step": count}, link)
              assert status == 200, body
      threads = [threading.Thread(target=client, args=[number]) for number in range(6)]
      for thread in threads: thread.start()
      for thread in threads: thread.join()
      status, body = ask("GET", "runs/get?run_id=" + run)
      metrics = {m["key"]: m for m in json.loads(body)["run"]["data"]["metrics"]}
      assert {m["value"] for m in metrics.values()} == {39}, metrics
      status, body = ask("GET", f"metrics/get-history?run_id={run}&metric_key=k0")
      points = json.loads(body)["metrics"]
      assert [p["step"] for p in points] == list(range(40)), points
      assert points[3]["value"] == "NaN"
      assert ask("POST", "runs/delete", {"run_id": run})[0] == 200
      """)
    #expect(job.reason == .succeeded, "\(text)")
    #expect(calls.count == 240)
    for number in 0..<6 {
      let steps = calls.compactMap { call -> Double? in
        guard let body = try? JSONValue(parsing: call.body, acceptsPythonNumbers: true),
          body["key"]?.stringValue == "k\(number)"
        else { return nil }
        return body["step"]?.numberValue
      }
      #expect(steps == (0..<40).map(Double.init))
    }
    #expect(job.message?.contains("1 of what the job logged could not be kept") == true)
  }

  @Test func `strangers, broken requests and paths that lead out are refused`() async throws {
    let (calls, job, text) = try await told(
      """
      assert ask("GET", "runs/get?run_id=" + run, headers={"Authorization": "Bearer x"})[0] == 401
      assert ask("GET", "runs/get?run_id=" + run, headers={"Authorization": ""})[0] == 401
      assert ask("GET", "/version")[1] == b"3.17.2"
      for text in [b"GET\\r\\n\\r\\n", b"GET / HTTP/2\\r\\n\\r\\n", b"\\xff\\x00\\r\\n\\r\\n",
                   b"GET /version HTTP/1.1\\r\\nno colon\\r\\n\\r\\n"]:
          assert b" 400 " in raw(text), raw(text)
      assert b" 431 " in raw(b"GET / HTTP/1.1\\r\\nA: " + b"x" * 70000)
      head = f"POST /api/2.0/mlflow/runs/set-tag HTTP/1.1\\r\\nAuthorization: Bearer {token}\\r\\n".encode()
      for length in [b"-1", b"+5", b"x", b"5\\r\\nContent-Length: 6", b"5\\r\\nTransfer-Encoding: chunked"]:
          assert b" 400 " in raw(head + b"Content-Length: " + length + b"\\r\\n\\r\\nhello"), length
      assert raw(head + b"Content-Length: 50\\r\\n\\r\\nshort") == b""
      files = "/api/2.0/mlflow-artifacts/artifacts/"
      for path in ["../x", "1/../../x", "%2e%2e/x", "1/%252e%252e/x", "%2Fetc/x", "C:/x", "a%00b"]:
          status, body = ask("PUT", files + path, b"bytes")
          assert (status, json.loads(body)["message"]) == (400, "Invalid path"), (path, body)
      tag = {"run_id": run, "key": "a", "value": "x" * 1_100_000}
      assert ask("POST", "runs/set-tag", tag)[0] == 400
      assert ask("POST", "runs/set-tag", b"[1]")[0] == 400
      assert ask("POST", "runs/set-tag", b"{")[0] == 400
      status, body = ask("DELETE", "registered-models/delete", {"name": "m"})
      assert status == 424 and json.loads(body)["error_code"] == "TEMPORARILY_UNAVAILABLE", body
      """)
    #expect(job.reason == .succeeded, "\(text)")
    #expect(calls.isEmpty)
  }

  @Test func `files come whole or in chunks, and lie in the attempt's folder`() async throws {
    let (calls, job, text) = try await told(
      """
      files = "/api/2.0/mlflow-artifacts/artifacts/1/r/artifacts/"
      big = os.urandom(3_000_000)
      assert ask("PUT", files + "big", big)[0] == 200
      parts = [big[i:i + 70_001] for i in range(0, len(big), 70_001)]
      assert ask("PUT", files + "deep/chunked%20%C3%A4", parts, encode_chunked=True,
          headers={"Transfer-Encoding": "chunked"})[0] == 200
      assert ask("PUT", files + "waited", b"abc", headers={"Expect": "100-continue"})[0] == 200
      assert ask("PUT", files + "empty", b"")[0] == 200
      assert ask("GET", files + "big")[1] == big
      assert ask("GET", files + "deep/chunked%20%C3%A4")[1] == big
      assert ask("GET", files + "empty") == (200, b"")
      status, body = ask("GET", "/api/2.0/mlflow-artifacts/artifacts?path=1/r/artifacts")
      names = [(f["path"], f["is_dir"]) for f in json.loads(body)["files"]]
      assert names == [("big", False), ("deep", True), ("empty", False), ("waited", False)], names
      assert ask("DELETE", files + "deep")[0] == 200
      assert ask("GET", files + "nothing")[0] == 424
      """)
    #expect(job.reason == .succeeded, "\(text)")
    #expect(calls.map(\.method) == ["PUT", "PUT", "PUT", "PUT", "DELETE"])
    #expect(calls.compactMap(\.file?.bytes) == [3_000_000, 3_000_000, 3, 0])
    #expect(calls[0].file?.sha256 == calls[1].file?.sha256)
    #expect(calls[1].path == "artifacts/1/r/artifacts/deep/chunked ä")
  }

  @Test func `what was answered is carried out though the agent is killed while no server runs`()
    async throws
  {
    let told = Told()
    let home = try JobsUnderTest(tracker: told, tracking: Self.tracking)
    let script = """
      for count in range(100):
          tag = {"run_id": run, "key": "count", "value": str(count)}
          assert ask("POST", "runs/set-tag", tag)[0] == 200
          print(count, flush=True)
      import time
      time.sleep(100)
      """
    let job = try await home.serve { jobs in
      let job = try await jobs.submit(
        JobSpec(name: "x", command: ["python3", "-c", Self.prelude + script]))
      _ = try await jobs.words(of: job)
      return job
    }
    let folder = AttemptFolder(path: "\(job.folder)/1/local")
    let printed = try await eventually { () -> Int? in
      let lines = (ProcFile.text(folder.standardOutput) ?? "").split(separator: "\n")
      return lines.count >= 30 ? lines.count : nil
    }
    let agent = try #require(LocalAgents(agentPath: "/bin/true").agent(of: folder))
    #expect(kill(agent, SIGKILL) == 0)
    try await home.serve { jobs in
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .lostAgent)
    }
    let counts = told.calls.withLock { $0 }.compactMap { call in
      // What is no JSON is missing below.
      (try? JSONValue(parsing: call.body))?["value"]?.stringValue.flatMap { Int($0) }
    }
    #expect(counts.count >= printed)
    #expect(counts == Array(0..<counts.count))
  }

  @Test func `a job without a run has no endpoint`() async throws {
    let home = try JobsUnderTest()
    try await home.serve { jobs in
      let job = try await jobs.run(["sh", "-c", "echo [$MLFLOW_TRACKING_TOKEN]"])
      #expect(try await jobs.text(job) == "[]\n")
    }
  }
}
