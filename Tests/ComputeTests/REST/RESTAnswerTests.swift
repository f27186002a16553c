import Basics
import JSONCoding
import Testing

@testable import Compute

struct RESTAnswerTests {
  @Test func `tasks of arrays are told one by one, as squeue does`() throws {
    let answer = try RecordedAnswer.read("jobs", keys: SlurmJob.restKeys)
    #expect(answer.isSuccess)
    let jobs = answer.list("jobs").flatMap { SlurmJob.records($0) }
    let lines = jobs.map { "\($0.id) \($0.words)" }
    #expect(
      lines == [
        "4 CANCELLED (PartitionDown)", "5_0 RUNNING on n1", "5_1 RUNNING on n1",
        "5_2 PENDING (JobArrayTaskLimit)", "5_3 PENDING (JobArrayTaskLimit)",
        "5_4 PENDING (JobArrayTaskLimit)", "5_5 PENDING (JobArrayTaskLimit)",
        "8_0 PENDING (PartitionDown)", "8_3 PENDING (PartitionDown)",
        "8_6 PENDING (PartitionDown)", "8_9 PENDING (PartitionDown)",
        "9 FAILED (NonZeroExitCode) on n1",
        "10_0 CANCELLED (PartitionDown)", "10_1 CANCELLED (PartitionDown)",
        "10_2 CANCELLED (PartitionDown)", "10 CANCELLED (PartitionDown)",
        "11 CANCELLED (PartitionConfig)",
      ])
    #expect(jobs.first { $0.id == "8_3" }?.name == "trial")
  }

  @Test func `states as lists and numbers as objects are read the same`() throws {
    let answer = try RecordedAnswer.read("jobs", version: "v0.0.42", keys: SlurmJob.restKeys)
    let jobs = answer.list("jobs").flatMap { SlurmJob.records($0) }
    #expect(
      jobs.map { "\($0.id) \($0.words)" } == [
        "15_0 RUNNING on n1", "16 FAILED (NonZeroExitCode) on n1",
        "17_0 CANCELLED (PartitionDown)", "17_1 CANCELLED (PartitionDown)",
        "17_2 CANCELLED (PartitionDown)", "17 CANCELLED (PartitionDown)", "15_1 RUNNING on n1",
        "15_2 PENDING (JobArrayTaskLimit)", "15_3 PENDING (JobArrayTaskLimit)",
        "15_4 PENDING (JobArrayTaskLimit)", "15_5 PENDING (JobArrayTaskLimit)",
      ])
    #expect(answer.release == "24.11.5")
    let submitted = try RecordedAnswer.read("submitted", version: "v0.0.42")
    #expect(submitted.isSuccess)
    #expect(submitted.members["job_id"]?.slurmNumber == 15)
    let expired = try RecordedAnswer.read("expired", version: "v0.0.42", status: 500)
    #expect(expired.words == "Unable to query jobs: Protocol authentication error")
    #expect(try RecordedAnswer.read("no-job", version: "v0.0.42", status: 404).says(2_017))
  }

  @Test func `partitions of newer versions tell no default`() throws {
    let answer = try RecordedAnswer.read("partitions", version: "v0.0.42")
    let nodes = try RecordedAnswer.read("nodes", version: "v0.0.42").list("nodes")
    let partitions = SlurmInventory.partitions(answer.list("partitions"), nodes: nodes)
    #expect(partitions.map(\.name) == ["main", "brief", "closed"])
    #expect(partitions.map(\.isDefault) == [false, false, false])
    #expect(partitions.map(\.availability) == ["up", "up", "down"])
    #expect(partitions.map(\.timeLimitSeconds) == [3_600, 60, nil])
    #expect(partitions.map(\.usualTimeSeconds) == [nil, 60, nil])
    var kind = SiteInventory.NodeKind(count: 2, cpus: 4, memoryBytes: 2_000 << 20, gpus: 2)
    (kind.gpuTypes, kind.features) = (["toy": 2], [])
    #expect(partitions[0].nodes == [kind])
    let alone = SlurmInventory.partitions([answer.list("partitions")[1]], nodes: nodes)
    #expect(alone.map(\.isDefault) == [true], "a cluster's only one")
  }

  @Test func `newer versions tell the same of an account`() throws {
    let answer = try RecordedAnswer.read("account", version: "v0.0.42")
    let account = try #require(answer.list("jobs").first.flatMap { SlurmAccount($0) })
    // As `sacct` said of the same job.
    #expect(account.id == "4")
    #expect(account.state == "FAILED")
    #expect(account.allocated == "billing=1,cpu=1,gres/gpu=2,mem=500M,node=1")
    #expect(account.elapsedSeconds == 3)
    #expect(account.allocatedCoreSeconds == 3)
    #expect(account.usedCpuMs == 2_250)
    #expect(account.maxRssBytes == 63_377_408)
    #expect(account.energyJoules == nil)
  }

  @Test(arguments: [
    ("0-3%2", [0, 1, 2, 3]), ("1,3,5-7", [1, 3, 5, 6, 7]), ("0-9:3", [0, 3, 6, 9]), ("", []),
    ("7", [7]), ("1,4,9-11,1...", [1, 4, 9, 10, 11]), ("1,4,9-1...%5", [1, 4]),
  ])
  func `a list of tasks is expanded, and what was cut off it is not guessed`(
    text: String, expected: [Int]
  ) {
    #expect(SlurmJob.tasks(text) == expected)
  }

  @Test func `what is not asked for is not kept`() throws {
    let all = try RecordedAnswer.read("jobs")
    let few = try RecordedAnswer.read("jobs", keys: ["job_id"])
    #expect(few.list("jobs").count == all.list("jobs").count)
    #expect(few.list("jobs").allSatisfy { $0.objectValue?.map(\.key) == ["job_id"] })
  }

  @Test func `complaints keep Slurm's number and words`() throws {
    let refused = try RecordedAnswer.read("refused", status: 500)
    #expect(!refused.isSuccess)
    #expect(refused.says(2_000))
    #expect(refused.words == "Invalid partition name specified")
    #expect(
      SlurmSubmission(complaint: refused.words, words: refused.words)
        == .refused("Invalid partition name specified"))
    let unknown = try RecordedAnswer.read("no-job", status: 500)
    #expect(unknown.says(2_017))
    #expect(unknown.words == "Unable to find JobId=99999: Invalid job id specified")
    let expired = try RecordedAnswer.read("expired", status: 500)
    #expect(expired.says(-1))
    // An answer of 200 may be one of complaints.
    #expect(!(try RecordedAnswer.read("no-job").isSuccess))
  }

  @Test func `a warning beside an id is no refusal`() throws {
    let warned = try RecordedAnswer.read("warned")
    #expect(warned.says(2_015))
    #expect(warned.members["job_id"]?.slurmNumber == 11)
    #expect(try RecordedAnswer.read("submitted").isSuccess)
    #expect(try RecordedAnswer.read("submitted").release == "22.05.8")
  }

  @Test func `partitions have their kinds of nodes, limits and states`() throws {
    let partitions = SlurmInventory.partitions(
      try RecordedAnswer.read("partitions").list("partitions"),
      nodes: try RecordedAnswer.read("nodes").list("nodes"))
    #expect(partitions.map(\.name) == ["main", "urgent", "brief", "closed"])
    #expect(partitions.map(\.isDefault) == [true, false, false, false])
    #expect(partitions.map(\.availability) == ["up", "up", "up", "down"])
    #expect(partitions.map(\.timeLimitSeconds) == [3_600, 1_800, 60, nil])
    var kind = SiteInventory.NodeKind(count: 3, cpus: 4, memoryBytes: 2_000 << 20, gpus: 2)
    (kind.gpuTypes, kind.features) = (["toy": 2], [])
    #expect(partitions[0].nodes == [kind])
  }

  @Test func `accounts of others are not one's own`() throws {
    let associations = try RecordedAnswer.read("associations").list("associations")
    let accounts = SlurmInventory.accounts(associations, of: "root")
    #expect(accounts.first { $0.name == "lab" }?.qos.sorted() == ["brisk", "normal"])
    #expect(SlurmInventory.accounts(associations, of: "ada").isEmpty)
  }

  @Test func `what the accounts have of a job is what sacct would say`() throws {
    let record = try #require(try RecordedAnswer.read("account").list("jobs").first)
    let account = try #require(SlurmAccount(record))
    #expect(account.id == "15")
    #expect(account.state == "FAILED")
    #expect(account.partition == "main")
    #expect(account.account == "lab")
    #expect(account.nodes == "n1")
    // As `sacct --format=AllocTRES,ElapsedRaw,CPUTimeRAW,TotalCPU,MaxRSS` said of the same job.
    #expect(account.allocated == "billing=1,cpu=1,gres/gpu=2,mem=500M,node=1")
    #expect(account.elapsedSeconds == 3)
    #expect(account.allocatedCoreSeconds == 3)
    #expect(account.usedCpuMs == 3_081)
    #expect(account.maxRssBytes == 219_611_136)
    #expect(account.energyJoules == nil)
    let tasks = try RecordedAnswer.read("account-array").list("jobs")
    #expect(tasks.map { SlurmJob(account: $0)?.id } == ["5_5", "5_0"])
    #expect(tasks.map { SlurmJob(account: $0)?.state.word } == ["COMPLETED", "COMPLETED"])
  }

  @Test(
    arguments: [
      ("5", 5), (#"{"set": true, "infinite": false, "number": 5}"#, 5),
      (#"{"set": false, "infinite": false, "number": 5}"#, nil),
      (#"{"set": true, "infinite": true, "number": 0}"#, nil), ("null", nil), ("\"5\"", nil),
      ("1e300", nil),
    ] as [(String, Int64?)])
  func `numbers are read in both of Slurm's shapes`(text: String, expected: Int64?) throws {
    #expect(try JSONValue(parsing: text).slurmNumber == expected)
  }

  @Test(arguments: ["", "Authentication failure", "[1]", #"{"jobs": [{"job_id": 1"#])
  func `what is no such document is an error`(text: String) {
    #expect(throws: JSONError.self) { try RESTAnswer(status: 200, Array(text.utf8), keys: ["a"]) }
  }

  @Test func `the best version that both sides understand is taken`() throws {
    let paths = [
      "/slurm/v0.0.36/jobs", "/slurm/v0.0.38/jobs", "/slurm/v0.0.37/ping", "/openapi",
      "/slurmdb/v0.0.37/jobs",
    ]
    let versions = try #require(RESTVersions(paths: paths))
    #expect(versions.control == 38)
    #expect(versions.accounts == 37)
    #expect(RESTVersions(paths: paths + ["/slurm/v0.0.41/jobs/"])?.control == 41)
    #expect(RESTVersions(paths: ["/slurm/v0.0.36/jobs"])?.accounts == nil)
    #expect(RESTVersions(paths: ["/slurm/v0.0.99/jobs", "/slurm/v1/jobs"]) == nil)
  }
}
