import AsyncHTTPClient
import Basics
import Foundation
import Glibc
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

/// Endpoints whose replicas run on a real Slurm cluster, with the real programs.
@Suite(
  .serialized, .timeLimit(.minutes(6)), .enabled(if: TestCluster.isPossible, TestCluster.hint))
struct SlurmReplicaEndToEndTests {
  private static let row = #"{"area": 100, "rooms": 4, "city": "Athens"}"#

  /// An endpoint's own address at the gateway.
  private struct Address {
    let url: String
    let token: String

    init(_ factory: FactoryProgram, _ name: String = "houses") throws {
      let shown = try factory("endpoints", "show", name, "--output", "json")
      url = try #require(shown.json["url"] as? String, "\(shown.errors)")
      token = try factory.serverFile().token
    }

    func predict() async throws -> (status: Int, json: [String: Any], retryAfter: String?) {
      var request = HTTPClientRequest(url: url + "/predict")
      request.method = .POST
      request.headers.add(name: "Authorization", value: "Bearer \(token)")
      request.body = .bytes(Array(SlurmReplicaEndToEndTests.row.utf8))
      let answer = try await ServiceUnderTest.client.execute(request, timeout: .seconds(60))
      let bytes = try await answer.body.collect(upTo: 1 << 24)
      let json =
        try JSONSerialization.jsonObject(with: Data(bytes.readableBytesView)) as? [String: Any]
      return (Int(answer.status.code), json ?? [:], answer.headers.first(name: "retry-after"))
    }

    /// What is wrong with the answer to a row; nil where it has a prediction.
    func trouble() async throws -> String? {
      let answer = try await predict()
      return answer.status == 200 ? nil : "\(answer.status) \(answer.json)"
    }
  }

  private func workflow(deploy place: String) -> String {
    SampleTables.workflow(trials: 2)
      .replacing("deploy: {endpoint: houses}", with: "deploy: {endpoint: houses\(place)}")
  }

  private func value(_ factory: FactoryProgram) throws -> Double {
    try factory.write("row.json", Self.row)
    let answer = try factory("predict", "houses", "row.json", "--output", "json")
    #expect(answer.status == 0, "\(answer.errors)")
    let predictions = try #require(answer.json["predictions"] as? [[String: Any]])
    return try #require(predictions.first?["value"] as? Double)
  }

  /// The jobs behind the endpoint that have not ended, with the site of each.
  private func replicas(_ factory: FactoryProgram) throws -> [(job: String, site: String)] {
    let shown = try factory("endpoints", "show", "houses", "--output", "json")
    let replicas = try #require(shown.json["replicas"] as? [[String: Any]])
    return try replicas.filter { $0["state"] as? String != "ended" }.map { replica in
      let job = try #require(replica["job"] as? String)
      let site = try factory("jobs", "show", job, "--output", "json").json["site"] as? String
      return (job, site ?? "")
    }
  }

  @Test func `a workflow deploys on a cluster, and the endpoint moves without a failure`()
    async throws
  {
    let cluster = try TestCluster()
    let factory = try FactoryProgram(cluster)
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 200))
    try factory.write("there.yaml", workflow(deploy: ", site: hpc, resources: {time: 1h}"))
    try factory.write("here.yaml", workflow(deploy: ""))
    let planned = try factory("workflows", "plan", "there.yaml")
    #expect(planned.output.contains("run on hpc"), "\(planned.output)\(planned.errors)")
    let run = try factory("run", "there.yaml")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try replicas(factory).map(\.site) == ["hpc"])
    let there = try value(factory)
    let shown = try factory("endpoints", "show", "houses").output
    #expect(shown.contains("on hpc, live"), "\(shown)")

    // Another place is another deployment of the same version, whose requests find an answer all the time.
    let address = try Address(factory)
    let isMoving = Mutex(true)
    async let failures = {
      var failures: Set<String> = []
      while isMoving.withLock({ $0 }) {
        if let trouble = try await address.trouble() { failures.insert(trouble) }
      }
      return failures
    }()
    for (file, site) in [("here.yaml", "local"), ("there.yaml", "hpc")] {
      let moved = try factory("run", file, "--output", "json")
      #expect(moved.status == 0, "\(moved.errors)")
      let stages = try #require(moved.json["stages"] as? [[String: Any]])
      #expect(stages.map { $0["reused"] as? Bool } == [true, true, true, true, false])
      try await factory.until(30, "the replica before it has gone") {
        try replicas(factory).map(\.site) == [site]
      }
      #expect(try value(factory) == there, "to the bit what it is elsewhere")
    }
    isMoving.withLock { $0 = false }
    #expect(try await failures == [])
    let again = try factory("run", "there.yaml", "--output", "json")
    let stages = try #require(again.json["stages"] as? [[String: Any]])
    #expect(stages.allSatisfy { $0["reused"] as? Bool == true })

    // What it predicted is known here, as everything is.
    let prediction = try await address.predict().json
    let predictions = try #require(prediction["predictions"] as? [[String: Any]])
    let id = try #require(predictions.first?["id"] as? String)
    #expect(try factory("explain", id).output.contains("endpoint houses"))
    #expect(try factory("endpoints", "delete", "houses").status == 0)
    try await factory.until(30, "its job ends") { try cluster("squeue", "--noheader") == "" }
  }

  @Test
  func `replicas follow one another before their time limits, whatever becomes of the server`()
    async throws
  {
    let cluster = try TestCluster()
    let factory = try FactoryProgram(cluster)
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 200))
    try factory.write("here.yaml", workflow(deploy: ""))
    #expect(try factory("run", "here.yaml").status == 0)
    let deployed = try factory(
      "endpoints", "deploy", "houses", "--model", "houses", "--site", "hpc", "--cpus", "2",
      "--time", "40s")
    #expect(deployed.status == 0, "\(deployed.errors)")
    let address = try Address(factory)
    let end = Date(timeIntervalSinceNow: 75)
    var failures: Set<String> = []
    var isKilled = false
    while Date() < end {
      if let trouble = try await address.trouble() { failures.insert(trouble) }
      if !isKilled, Date() > end.addingTimeInterval(-60) {
        #expect(kill(try factory.serverFile().pid, SIGKILL) == 0)
        isKilled = true
        let asked = try factory.start(["endpoints", "list"])
        // The gateway answers while there is no server.
        if let trouble = try await address.trouble() { failures.insert(trouble) }
        #expect(try asked.end(withinSeconds: 60).status == 0)
      }
    }
    #expect(failures == [])
    let shown = try factory("endpoints", "show", "houses", "--output", "json").json
    let all = try #require(shown["replicas"] as? [[String: Any]])
    let there = try all.filter { replica in
      let job = try #require(replica["job"] as? String)
      return try factory("jobs", "show", job, "--output", "json").json["site"] as? String == "hpc"
    }
    #expect((3...5).contains(there.count), "\(there)")
    for replica in there where replica["state"] as? String == "ended" {
      #expect(replica["reason"] as? String == "canceled_by_user", "drained, before its limit")
    }
    withExtendedLifetime(cluster) {}
  }

  @Test func `a replica that is lost is followed by another, and why none answers is told`()
    async throws
  {
    let cluster = try TestCluster()
    let factory = try FactoryProgram(cluster)
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 200))
    try factory.write("there.yaml", workflow(deploy: ", site: hpc"))
    #expect(try factory("run", "there.yaml").status == 0)
    let address = try Address(factory)
    #expect(try await address.predict().status == 200)

    // Its node goes; no other job may start.
    try cluster("scontrol", "update", "partitionname=main", "state=down")
    let node = try cluster("squeue", "--noheader", "--states=R", "--format=%N")
    try cluster("scontrol", "update", "nodename=\(node)", "state=down", "reason=test")
    try await factory.until(60, "Slurm's reason is told") {
      let answer = try await address.predict()
      guard answer.status == 503 else { return false }
      #expect(answer.retryAfter != nil)
      let error = answer.json["error"] as? [String: Any]
      return (error?["message"] as? String)?.contains("PartitionDown") == true
    }
    #expect(try factory("endpoints", "show", "houses").output.contains("PartitionDown"))
    try cluster("scontrol", "update", "partitionname=main", "state=up")
    try await factory.until(60, "another one answers") {
      try await address.predict().status == 200
    }
    #expect(try replicas(factory).count == 1)
    withExtendedLifetime(cluster) {}
  }

  @Test(.enabled(if: TestLoginNode.isPossible, TestLoginNode.hint))
  func `a replica behind a login node answers, whatever becomes of the connection and the server`()
    async throws
  {
    let cluster = try TestCluster()
    let login = try TestLoginNode()
    let factory = try FactoryProgram(cluster, login: login)
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 200))
    try factory.write("here.yaml", workflow(deploy: ""))
    #expect(try factory("run", "here.yaml").status == 0)
    let here = try value(factory)
    try factory.write("there.yaml", workflow(deploy: ", site: hpc, resources: {time: 1h}"))
    let moved = try factory("run", "there.yaml", "--output", "json")
    #expect(moved.status == 0, "\(moved.output)\(moved.errors)")
    try await factory.until(30, "the replica before it has gone") {
      try replicas(factory).map(\.site) == ["hpc"]
    }
    #expect(try value(factory) == here, "to the bit what it is here")

    // What it predicted comes after the answer, and is told as everything is.
    let address = try Address(factory)
    let answer = try await address.predict().json
    let predictions = try #require(answer["predictions"] as? [[String: Any]])
    let id = try #require(predictions.first?["id"] as? String)
    try await factory.until(60, "its record has come") {
      try factory("explain", id).output.contains("endpoint houses")
    }

    // The gateway goes on by the way that it has.
    #expect(kill(try factory.serverFile().pid, SIGKILL) == 0)
    for _ in 0..<20 { #expect(try await address.trouble() == nil) }
    #expect(try factory("endpoints", "list").status == 0)
    try login.suspend()
    try await factory.until(60, "nobody is reached") {
      try await address.predict().status == 503
    }
    try login.resume()
    try await factory.until(90, "it is reached again") {
      try await address.trouble() == nil
    }
    #expect(try replicas(factory).count == 1, "it was there all the time")
    #expect(try factory("endpoints", "delete", "houses").status == 0)
    try await factory.until(60, "its job ends") { try cluster("squeue", "--noheader") == "" }
    // Nothing of what was said to it is lost with it.
    #expect(try factory("explain", id).status == 0)
    withExtendedLifetime(login) {}
  }

  @Test func `a place where no replica can ever run is refused before anything runs`() async throws
  {
    let cluster = try TestCluster()
    let factory = try FactoryProgram(cluster)
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 60))
    for (place, message) in [
      (", site: moon", "deploy: there is no site named 'moon'"),
      (", site: hpc, resources: {cpus: 64}", "deploy: no node of 'main' on 'hpc'"),
    ] {
      try factory.write("w.yaml", workflow(deploy: place))
      let run = try factory("run", "w.yaml", "--output", "json")
      #expect(run.status == 2)
      #expect((run.error["message"] as? String)?.hasPrefix(message) == true, "\(run.error)")
    }
    #expect(try factory("jobs", "list", "--output", "quiet").output == "", "nothing ran")

    try factory.write("here.yaml", workflow(deploy: ""))
    #expect(try factory("run", "here.yaml").status == 0)
    let refused = try factory(
      "endpoints", "deploy", "houses", "--model", "houses", "--site", "hpc", "--cpus", "64",
      "--output", "json")
    #expect(refused.error["code"] as? String == "job_resources_impossible", "\(refused.errors)")
    #expect(try replicas(factory).map(\.site) == ["local"], "what answered answers on")
  }
}
