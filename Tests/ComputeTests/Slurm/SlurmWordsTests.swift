import Basics
import JobProtocol
import Testing

@testable import Compute

/// What Slurm 22.05.8 printed, and what is made of it.
struct SlurmWordsTests {
  @Test func `each line of squeue is a job, whatever others call theirs`() {
    let jobs = SlurmJob.queue(
      """
      2|PENDING|PartitionDown||job_abc.1
      6|FAILED|BadConstraints||job_abc.1
      4|PENDING|ReqNodeNotAvail, UnavailableNodes:n[1-3]||my|own job
      1|RUNNING|None|n1|job_abc.1
      slurm_load_jobs error

      """)
    #expect(jobs.map(\.id) == ["2", "6", "4", "1"])
    #expect(jobs[0].reason == "PartitionDown")
    #expect(jobs[0].state.phase == .waits)
    #expect(jobs[2].name == "my|own job")
    #expect(jobs[3].reason == nil)
    #expect(jobs[3].words == "RUNNING on n1")
    #expect(jobs[0].words == "PENDING (PartitionDown)")
  }

  @Test func `who canceled a job is no part of its state`() {
    let jobs = SlurmJob.accounts(
      """
      12|CANCELLED by 1000|None|None assigned|job_abc.1
      13|NODE_FAIL|NodeDown|n2|job_abd.1

      """)
    #expect(jobs.map(\.state.word) == ["CANCELLED", "NODE_FAIL"])
    #expect(jobs[0].nodes == "")
    #expect(jobs[1].ending?.reason == .lostNode)
    #expect(jobs[1].ending?.message == "Slurm's job 13: NODE_FAIL (NodeDown) on n2")
  }

  @Test func `scontrol's description is a job`() {
    let job = SlurmJob.description(
      "JobId=1 JobName=job_abc.1 UserId=root(0) JobState=RUNNING Reason=None Dependency=(null) "
        + "Requeue=0 Restarts=0 NodeList=n1 BatchHost=n1 Comment=JobState=X ")
    #expect(job?.id == "1")
    #expect(job?.state == SlurmState("RUNNING"))
    #expect(job?.nodes == "n1")
    #expect(SlurmJob.description("slurm_load_jobs error: Invalid job id specified") == nil)
  }

  @Test(arguments: [
    ("COMPLETED", JobReason.lostAgent), ("FAILED", .lostAgent), ("CANCELLED", .canceledByUser),
    ("TIMEOUT", .timeLimit), ("DEADLINE", .timeLimit), ("OUT_OF_MEMORY", .memoryLimit),
    ("NODE_FAIL", .lostNode), ("BOOT_FAIL", .lostNode), ("PREEMPTED", .preempted),
  ])
  func `without the agent's word an end is Slurm's`(word: String, reason: JobReason) {
    #expect(SlurmState(word).phase == .over(reason))
  }

  @Test func `a state that nobody knows yet gives nothing up`() {
    #expect(SlurmState("COMPLETING").phase == .runs)
    #expect(SlurmState("SUSPENDED").phase == .runs)
    #expect(SlurmState("TELEPORTED").phase == .runs)
  }

  @Test func `a job that Slurm could not start is a launch that failed`() {
    let jobs = SlurmJob.queue("6|FAILED|BadConstraints||a\n7|FAILED|NonZeroExitCode|n1|a\n")
    #expect(jobs.compactMap(\.ending?.reason) == [.launchFailed, .lostAgent])
  }

  @Test(
    arguments: [
      ("10:00", 600), ("1:00:00", 3_600), ("2-12:00:00", 216_000), ("30", 30),
      ("infinite", nil), ("n/a", nil),
    ] as [(String, Int64?)])
  func `times are days, hours, minutes and seconds`(text: String, seconds: Int64?) {
    #expect(SlurmInventory.seconds(text) == seconds)
  }

  @Test(arguments: [
    ("(null)", 0), ("gpu:2", 2), ("gpu:a100:4(S:0-1)", 4), ("gpu", 1), ("shard:8,gpu:v100:2", 2),
    ("gpu:a100:2,gpu:v100:1", 3),
  ])
  func `accelerators are counted whatever their kind`(text: String, count: Int) {
    #expect(SlurmInventory.gpus(text) == count)
  }

  @Test func `accelerators are known by their types, and nodes by their features`() {
    #expect(
      SlurmInventory.gpuTypes("gpu:a100:2(S:0-1),gpu:v100:1,gpu:4,shard:a100:8")
        == ["a100": 2, "v100": 1])
    let nodes = SlurmInventory.partitions(
      """
      main*|up|1:00:00|2|4|2000|gpu:toy:2|10:00|ib,avx512
      main*|up|1:00:00|1|4|2000|(null)|10:00|(null)
      """
    ).first?.nodes
    #expect(nodes?.map(\.gpuTypes) == [["toy": 2], [:]])
    #expect(nodes?.map(\.features) == [["ib", "avx512"], []])
  }

  @Test func `partitions and settings are discovered`() throws {
    #expect(
      SlurmInventory.accounts("lab|brisk,normal\nroot|\nlab|normal,slow\n\nx\n") == [
        SiteInventory.Account(name: "lab", qos: ["brisk", "normal", "slow"]),
        SiteInventory.Account(name: "root", qos: []),
      ])
    let inventory = SlurmInventory.read(
      sinfo: """
        main*|up|1:00:00|2|4|2000|gpu:toy:2|10:00
        main*|up|1:00:00|1|128|256000+|(null)|10:00
        closed|down|infinite|1|4|2000|(null)|n/a

        """,
      configuration: """
        Configuration data as of 2026-11-26T02:24:34
        AccountingStorageType   = accounting_storage/none
        ClusterName             = toy
        MaxArraySize            = 1001
        SLURM_VERSION           = 22.05.8
        """, atMs: 5)
    #expect(inventory.cluster == "toy")
    #expect(inventory.version == "22.05.8")
    #expect(inventory.maxArraySize == 1_001)
    #expect(!inventory.hasAccounting)
    #expect(inventory.partitions.map(\.name) == ["main", "closed"])
    let main = try #require(inventory.partition(nil))
    #expect(main.nodeCount == 3)
    #expect(main.nodes.map(\.cpus) == [4, 128])
    #expect(main.timeLimitSeconds == 3_600)
    #expect(main.usualTimeSeconds == 600)
    #expect(inventory.partition("closed")?.usualTimeSeconds == nil)
    #expect(inventory.partition("closed")?.isUp == false)
  }

  @Test(arguments: [
    ("12\n", "", SlurmSubmission.accepted("12")),
    ("12;toy\n", "", .accepted("12")),
    (
      "",
      "sbatch: error: invalid partition specified: nope\n"
        + "sbatch: error: Batch job submission failed: Invalid partition name specified\n",
      .refused("invalid partition specified: nope; Invalid partition name specified")
    ),
    (
      "",
      "sbatch: error: Your project has no core hours left\n"
        + "sbatch: error: Batch job submission failed: Unspecified error\n",
      .refused("Your project has no core hours left; Unspecified error")
    ),
    (
      "", "sbatch: error: Batch job submission failed: Unspecified error\n",
      .undecided("Unspecified error")
    ),
    (
      "",
      "sbatch: error: QOSMaxCpuPerJobLimit\nsbatch: error: Batch job submission failed: Job "
        + "violates accounting/QOS policy (job submit limit, user's size and/or time limits)\n",
      .refused(
        "QOSMaxCpuPerJobLimit; Job violates accounting/QOS policy (job submit limit, user's size "
          + "and/or time limits)")
    ),
    (
      "",
      "sbatch: error: AssocGrpSubmitJobsLimit\nsbatch: error: Batch job submission failed: Job "
        + "violates accounting/QOS policy (job submit limit, user's size and/or time limits)\n",
      .undecided(
        "AssocGrpSubmitJobsLimit; Job violates accounting/QOS policy (job submit limit, user's "
          + "size and/or time limits)")
    ),
    (
      "",
      "sbatch: error: Batch job submission failed: Required partition not available (inactive "
        + "or drain)\n", .undecided("Required partition not available (inactive or drain)")
    ),
    (
      "",
      "sbatch: error: Batch job submission failed: Unable to contact slurm controller "
        + "(connect failure)\n",
      .undecided("Unable to contact slurm controller (connect failure)")
    ),
    (
      "", "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation\n",
      .undecided("Socket timed out on send/recv operation")
    ),
  ])
  func `an answer of sbatch is a job, a refusal, or neither`(
    output: String, errors: String, expected: SlurmSubmission
  ) {
    let answer = SlurmCommands.Answer(
      status: output.isEmpty ? 1 : 0, output: output, errors: errors)
    #expect(SlurmSubmission(answer) == expected)
  }

  @Test func `a cluster whose answers take long is asked less often`() {
    #expect(SlurmSite.pause(250, askedMs: 40) == 250)
    #expect(SlurmSite.pause(250, askedMs: 2_000) == 8_000)
    #expect(SlurmSite.pause(5_000, askedMs: 1_100) == 5_000)
  }

  @Test func `reasons are explained, and unknown ones are left as they are`() {
    let known = SlurmSite.waiting(
      id: "4",
      SlurmForecast(reason: "Resources", start: "2026-11-26T03:24:33", partition: "main"))
    #expect(known.count == 3)
    #expect(known[0].contains("Slurm's reason: Resources."))
    #expect(known[2].contains("2026-11-26T03:24:33"))
    let unknown = SlurmSite.waiting(id: "4", SlurmForecast(reason: "Moon", partition: "main"))
    #expect(unknown.count == 1)
    #expect(SlurmWaitWords.sentence("ReqNodeNotAvail, UnavailableNodes:n[1-3]") != nil)
    #expect(SlurmWaitWords.sentence("QOSMaxJobsPerUserLimit") != nil)
  }
}
