import AsyncHTTPClient
import Basics
import Foundation
import NIOCore
import NIOHTTP1

/// A small web server in Python, as somebody's service, and its address at a factory.
struct ServiceUnderTest {
  /// Answers what it is asked, slowly where that is asked for, and counts what is under way when TERM comes.
  static let program = """
    import http.server, json, os, signal, sys, threading, time
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def log_message(self, *_): pass
        def answer(self, status, body, headers=()):
            self.send_response(status)
            for name, value in headers: self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        def is_factory(self):
            return self.headers["X-AIFactory-Secret"] == os.environ["AIFACTORY_SERVICE_SECRET"]
        def do_GET(self):
            if not self.is_factory(): return self.answer(403, b"")
            if self.path.startswith("/slow"):
                time.sleep(float(self.path.split("=")[1]))
            if self.path == "/moved":
                return self.answer(302, b"", [("Location", "/elsewhere")])
            if self.path == "/stream":
                self.send_response(200)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for index in range(3):
                    self.wfile.write(b"2\\r\\n%d\\n\\r\\n" % index)
                    self.wfile.flush()
                    time.sleep(0.5)
                self.wfile.write(b"0\\r\\n\\r\\n")
                return
            self.answer(200, json.dumps({
                "job": os.environ["AIFACTORY_JOB"], "path": self.path,
                "headers": {name.lower(): value for name, value in self.headers.items()},
            }).encode())
        def do_POST(self):
            size, left = 0, int(self.headers["Content-Length"])
            while left > 0:
                part = self.rfile.read(min(left, 1 << 20))
                if not part: break
                size, left = size + len(part), left - len(part)
            self.answer(200, json.dumps({"bytes": size}).encode())
    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 128
    time.sleep(float(os.environ.get("STARTS_IN", "0")))
    host = os.environ["AIFACTORY_SERVICE_HOST"]
    Server((host, int(os.environ["PORT"])), Handler).serve_forever()
    """

  /// One answer.
  struct Answer {
    var status: Int
    var headers: [String: String]
    var body: String

    /// The body as a JSON object; empty if it is none.
    var json: [String: Any] {
      // A test that asks for JSON of something else fails on the missing key.
      (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
    }

    /// The message of an error.
    var message: String { (json["error"] as? [String: Any])?["message"] as? String ?? body }
  }

  /// The factory's address and the owner's token.
  let url: String
  let token: String

  init(_ factory: FactoryProgram) throws {
    let file = try factory.serverFile()
    (url, token) = (file.url, file.token)
  }

  /// Asks for a path below the factory's address.
  func ask(
    _ path: String, method: String = "GET", body: HTTPClientRequest.Body? = nil,
    headers: [(String, String)] = [], isSigned: Bool = true
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: url + path)
    request.method = .init(rawValue: method)
    request.body = body
    if isSigned { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    let answer = try await Self.client.execute(request, timeout: .seconds(60))
    let bytes = try await answer.body.collect(upTo: 1 << 24)
    return Answer(
      status: Int(answer.status.code),
      headers: Dictionary(
        answer.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 }),
      body: String(buffer: bytes))
  }

  /// Asks again and again, two at once, one of them slowly.
  ///
  /// - Returns: what did not succeed, and the jobs that answered.
  func requests(forSeconds seconds: Double) async throws -> (failures: [String], jobs: Set<String>)
  {
    let end = Date(timeIntervalSinceNow: seconds)
    return try await withThrowingTaskGroup(of: ([String], Set<String>).self) { group in
      for path in ["/services/web/", "/services/web/slow?seconds=1.5"] {
        group.addTask {
          var (failures, jobs): ([String], Set<String>) = ([], [])
          while Date() < end {
            let answer = try await ask(path)
            if answer.status == 200, let job = answer.json["job"] as? String {
              jobs.insert(job)
            } else {
              failures.append("\(path): \(answer.status) \(answer.message)")
            }
            try await Task.sleep(for: .milliseconds(20))
          }
          return (failures, jobs)
        }
      }
      return try await group.reduce(into: ([], [])) { all, one in
        all.0 += one.0
        all.1.formUnion(one.1)
      }
    }
  }

  static let client: HTTPClient = {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()
}
