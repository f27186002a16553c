import Basics
import JSONCoding
import JobProtocol
import Testing

@testable import Compute

struct RESTJobDescriptionTests {
  private func script(_ resources: JobResources, nodes: Int = 1) -> SlurmBatchScript {
    var spec = JobSpec(name: "say \"hello\"", command: ["true"], resources: resources)
    spec.nodes = nodes == 1 ? nil : nodes
    return SlurmBatchScript(
      key: AttemptKey(job: Identifier<Job>.random(), number: 1),
      folder: AttemptFolder(path: "/s/jobs/j/1"), spec: spec,
      options: SlurmOptions(scratch: "/s", partition: "gpu", account: "chem", qos: "long"),
      agent: "/s/agents/a")
  }

  @Test func `kinds of accelerators and features of nodes have theirs`() throws {
    var resources = JobResources(gpus: 2)
    (resources.gpuType, resources.features) = ("a100", ["ib", "oak"])
    let text = script(resources).text
    let old = try RESTJobDescription(text, user: "ada", version: 38).value
    #expect(old["gres"]?.stringValue == "gpu:a100:2")
    let new = try RESTJobDescription(text, user: "ada", version: 42).value
    #expect(new["tres_per_node"]?.stringValue == "gres/gpu:a100:2")
    for job in [old, new] { #expect(job["constraints"]?.stringValue == "ib&oak") }
  }

  @Test func `every line of a batch script has its counterpart`() throws {
    let script = script(
      JobResources(cpus: 4, memoryBytes: 1 << 30, gpus: 2, timeLimitMs: 600_000), nodes: 3)
    let job = try RESTJobDescription(script.text, user: "ada", version: 38).value
    #expect(job["name"]?.stringValue == SlurmBatchScript.name(of: script.key))
    #expect(job["comment"]?.stringValue == "say  hello ")
    #expect(job["standard_output"]?.stringValue == script.folder.agentLog)
    #expect(job["current_working_directory"]?.stringValue == "/s/jobs/j/1")
    #expect(job["open_mode"]?.stringValue == "append")
    #expect(job["no_requeue"]?.boolValue == true)
    #expect(job["nodes"] == [3, 3])
    #expect(job["tasks"] == 3)
    #expect(job["tasks_per_node"] == 1)
    #expect(job["cpus_per_task"] == 4)
    #expect(job["memory_per_node"] == 1_024)
    #expect(job["gres"]?.stringValue == "gpu:2")
    let minutes = try #require(job["time_limit"]?.numberValue)
    #expect(script.directives.contains("time=\(Int(minutes))"))
    #expect(job["partition"]?.stringValue == "gpu")
    #expect(job["account"]?.stringValue == "chem")
    #expect(job["qos"]?.stringValue == "long")
    #expect(job["signal"] == nil)
    let environment = try #require(job["environment"])
    #expect(environment["USER"]?.stringValue == "ada")
    #expect(environment["LOGNAME"]?.stringValue == "ada")
    #expect(environment["PATH"]?.stringValue?.isEmpty == false)
    #expect(environment["HOME"] == nil, "nobody here knows ada's home")
  }

  @Test func `newer versions take objects and lists, and the signal before the limit`() throws {
    let script = script(
      JobResources(cpus: 4, memoryBytes: 1 << 30, gpus: 2, timeLimitMs: 600_000), nodes: 3)
    let job = try RESTJobDescription(script.text, user: "ada", version: 42).value
    #expect(job["nodes"]?.stringValue == "3")
    #expect(job["minimum_nodes"] == 3)
    #expect(job["maximum_nodes"] == 3)
    #expect(job["tasks_per_node"] == 1)
    #expect(job["memory_per_node"] == ["set": true, "number": 1_024])
    #expect(job["time_limit"]?["set"] == true)
    #expect(job["tres_per_node"]?.stringValue == "gres/gpu:2")
    #expect(job["open_mode"] == ["APPEND"])
    #expect(job["requeue"] == false)
    #expect(job["kill_warning_signal"]?.stringValue == "USR1")
    #expect(job["kill_warning_flags"] == ["BATCH_JOB"])
    #expect(job["kill_warning_delay"]?["number"] == 15)
    #expect(job["environment"]?.arrayValue?.contains("USER=ada") == true)
    #expect(job["name"]?.stringValue == SlurmBatchScript.name(of: script.key))
  }

  @Test func `arrays keep their limit`() throws {
    let array = SlurmArrayScript(
      name: "array_x.1", folder: "/s/arrays/x",
      folders: (0..<5).map { AttemptFolder(path: "/s/jobs/\($0)/1") },
      model: script(JobResources()), atMost: 2)
    let job = try RESTJobDescription(array.text, user: "ada", version: 38).value
    #expect(job["array"]?.stringValue == "0-4%2")
    #expect(job["standard_output"]?.stringValue == "/dev/null")
  }

  @Test(arguments: ["reservation=x", "time=soon", "nodes=many"])
  func `a line without a counterpart is not left out`(line: String) {
    #expect(throws: JobError.self) {
      try RESTJobDescription("#!/bin/sh\n#SBATCH --\(line)\n", user: "ada", version: 38)
    }
  }

  @Test func `the home of a user is asked of the system`() throws {
    let root = try #require(SystemAccount("root"))
    #expect(root.home.hasPrefix("/"))
    #expect(SystemAccount("no-such-user") == nil)
  }
}
