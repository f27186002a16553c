import Basics
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// How jobs of an array become arrays of Slurm.
struct SlurmArrayScriptTests {
  private static func attempt(
    _ index: Int, of array: String, handover: SlurmAttempt.Handover = .due(mayBeThere: false),
    atMost: Int? = nil, seen: String? = nil
  ) throws -> SlurmAttempt {
    let spec = JobSpec(
      name: "n", command: ["true"], site: "slurm",
      array: JobArrayPlace(array: array, index: index, count: 9, atMost: atMost))
    let id = Identifier<Job>.random()
    let record = try JobRecord(submitted: spec, id: id, project: "default", atMs: 0)
    let attempt = JobAttemptRecord(
      AttemptKey(job: id, number: 1), site: "slurm", marker: "m", bootId: "b",
      place: Packing.Holding(job: id, cpus: [], memoryBytes: 0, gpus: []), atMs: 0)
    var result = SlurmAttempt(
      OpenAttempt(try record.job(folder: "/jobs"), attempt), handover: handover)
    if let seen {
      let job = try #require(SlurmJob.queue(seen).first)
      (result.handover, result.id, result.seen) = (.done, job.id, job)
    }
    return result
  }

  @Test func `arrays are cut at the largest size, and what may be there goes alone`() throws {
    let first = try (0..<8).map { try Self.attempt($0, of: "array_a") }
    let second = try Self.attempt(0, of: "array_b")
    let lost = try Self.attempt(8, of: "array_a", handover: .due(mayBeThere: true))
    let (singles, arrays) = SlurmSite.parted((first + [second, lost]).shuffled(), most: 3)
    #expect(Set(singles.map(\.key)) == [second.key, lost.key])
    #expect(arrays.map { $0.map(\.spec.array?.index) } == [[0, 1, 2], [3, 4, 5], [6, 7]])
    #expect(SlurmSite.parted(first, most: 1).arrays.isEmpty, "a cluster without arrays")
    #expect(SlurmSite.parted(first, most: 7).singles.count == 1, "a rest of one goes alone")
  }

  @Test func `the script starts the agent of one attempt for each task`() throws {
    let attempts = try (0..<3).map { try Self.attempt($0, of: "array_a") }
    let model = SlurmBatchScript(
      key: attempts[0].key, folder: attempts[0].folder, spec: attempts[0].spec,
      options: SlurmOptions(scratch: "/s", partition: "gpu"), agent: "/s/agents/a",
      longestSeconds: nil)
    let script = SlurmArrayScript(
      name: "array_a.x", folder: "/s/arrays/array_a.x", folders: attempts.map(\.folder),
      model: model)
    for line in [
      "#SBATCH --job-name=array_a.x\n", "#SBATCH --array=0-2\n", "#SBATCH --partition=gpu\n",
      "#SBATCH --no-requeue\n", "#SBATCH --signal=B:USR1@15\n",
      "folder=$(sed -n \"$((SLURM_ARRAY_TASK_ID + 1))p\" list)\n",
      "exec \"/s/agents/a\" run \"$folder\" >>\"$folder/agent.log\" 2>&1\n",
    ] {
      #expect(script.text.contains(line), "\(script.text)")
    }
    #expect(!script.text.contains(attempts[0].key.job.rawValue))
    var limited = script
    limited.atMost = 2
    #expect(limited.text.contains("#SBATCH --array=0-2%2\n"))
    #expect(script.list == attempts.map { $0.folder.path + "\n" }.joined())
  }

  @Test
  func `of a limited array one part waits in Slurm at a time, with the room that others leave`()
    throws
  {
    let due = try (4..<9).map { try Self.attempt($0, of: "array_a", atMost: 3) }
    let other = try Self.attempt(0, of: "array_b")
    let (first, limits) = SlurmSite.released(due.shuffled() + [other], beside: due, most: 4)
    #expect(first.map(\.key) == [other.key] + due.prefix(4).map(\.key), "in order, one part")
    #expect(limits == ["array_a": 3])

    var there = try [
      Self.attempt(0, of: "array_a", atMost: 3, seen: "7_0|COMPLETED|None|n1|a"),
      Self.attempt(1, of: "array_a", atMost: 3, seen: "7_1|RUNNING|None|n1|a"),
      Self.attempt(2, of: "array_a", atMost: 3, seen: "7_2|PENDING|JobArrayTaskLimit||a"),
    ]
    #expect(SlurmSite.released(due, beside: there + due, most: 4).attempts.isEmpty)
    #expect(SlurmSite.limits(there + due) == ["7": 3])
    there[2] = try Self.attempt(2, of: "array_a", atMost: 3, seen: "7_2|COMPLETED|None|n1|a")
    #expect(SlurmSite.released(due, beside: there + due, most: 4).limits == ["array_a": 2])

    // Their limit grows when the last one of the part before them ends.
    there += try [
      Self.attempt(4, of: "array_a", atMost: 3, seen: "9_0|RUNNING|None|n1|a"),
      Self.attempt(5, of: "array_a", atMost: 3, seen: "9_1|PENDING|JobArrayTaskLimit||a"),
    ]
    #expect(SlurmSite.limits(there) == ["9": 2])
    there[1] = try Self.attempt(1, of: "array_a", atMost: 3, seen: "7_1|FAILED|None|n1|a")
    #expect(SlurmSite.limits(there) == ["9": 3])
    there[4] = try Self.attempt(5, of: "array_a", atMost: 3, seen: "9_1|RUNNING|None|n1|a")
    #expect(SlurmSite.limits(there).isEmpty, "all have begun")
  }

  @Test func `where arrays cannot be had, a limited one goes job by job`() throws {
    let due = try (1..<5).map { try Self.attempt($0, of: "array_a", atMost: 2) }
    let running = try Self.attempt(0, of: "array_a", atMost: 2, seen: "7|PENDING|Priority||a")
    let (released, limits) = SlurmSite.released(due, beside: due + [running], most: 1)
    #expect(released.map(\.key) == [due[0].key])
    #expect(limits.isEmpty)
    let lost = try Self.attempt(8, of: "array_a", handover: .due(mayBeThere: true), atMost: 2)
    let found = SlurmSite.released([lost, due[1]], beside: [lost, due[1], running], most: 1)
    #expect(found.attempts.map(\.key) == [lost.key], "what may be there is looked for, and counts")
  }

  @Test func `a task of an array is known by its name and index`() {
    let note = SlurmArrayNote(name: "array_a.x", index: 4)
    #expect(SlurmArrayNote(note.text) == note)
    #expect(SlurmArrayNote("array_a.x") == nil && SlurmArrayNote("a b c") == nil)
    let jobs = SlurmJob.queue(
      "7_4|RUNNING|None|n1|array_a.x\n7_14|RUNNING|None|n1|array_a.x\n8_4|RUNNING|None|n1|other\n")
    #expect(jobs.filter(note.isTold).map(\.id) == ["7_4"])
  }

  @Test func `tasks that were canceled before they began are told by the array's record`() {
    let jobs = Dictionary(
      uniqueKeysWithValues: SlurmJob.queue(
        "7|CANCELLED|None||a\n7_0|RUNNING|None|n1|a\n8|PENDING|Resources||b\n"
      ).map { ($0.id, $0) })
    #expect(SlurmArrayScript.rest(of: "7_5", in: jobs)?.state.word == "CANCELLED")
    #expect(SlurmArrayScript.rest(of: "8_5", in: jobs) == nil, "it may still begin")
    #expect(SlurmArrayScript.rest(of: "9", in: jobs) == nil)
  }
}

/// Arrays on a real cluster.
@Suite(
  .serialized, .timeLimit(.minutes(4)), .enabled(if: TestCluster.isPossible, TestCluster.hint))
struct SlurmArrayTests {
  private func spec(_ script: String) -> JobSpec {
    JobSpec(name: "many", command: ["/bin/sh", "-c", script], site: "slurm")
  }

  @Test func `an array larger than the cluster's largest becomes several`() async throws {
    let cluster = try TestCluster(maxArraySize: 6)
    let home = try JobsUnderTest()
    try await home.add(cluster)
    try await home.serve { jobs in
      let array = try await jobs.submitArray(spec("echo $SLURM_ARRAY_TASK_ID"), count: 14)
      for job in try await jobs.list(array: array.id) {
        #expect(try await jobs.waitForEnd(job.id).reason == .succeeded)
      }
      let ids = try await jobs.list(array: array.id).compactMap(\.engineId)
      #expect(Set(ids).count == 14)
      let arrays = Dictionary(grouping: ids) { $0.split(separator: "_").first ?? "" }
      #expect((3...5).contains(arrays.count), "\(ids)")
      #expect(arrays.values.allSatisfy { $0.count <= 6 })
    }
  }

  @Test
  func `a limited array that becomes several never runs more than it may, and says why it waits`()
    async throws
  {
    let cluster = try TestCluster(maxArraySize: 4)
    let home = try JobsUnderTest()
    try await home.add(cluster)
    try await home.serve { jobs in
      let array = try await jobs.submitArray(
        spec("mkdir -p ../../now/$$ && ls ../../now | wc -l && sleep 1 && rmdir ../../now/$$"),
        count: 10, atMost: 2)
      #expect(array.atMost == 2)
      let list = try await jobs.list(array: array.id)
      let held = try await eventually {
        let words = try await jobs.explain(list[3].id).sentences
        return words.contains { $0.contains("JobArrayTaskLimit") } ? words : nil
      }
      #expect(held.contains { $0.hasPrefix("As many jobs of its array run") }, "\(held)")
      _ = try await eventually {
        try await jobs.explain(list[9].id).sentences.first
          == "The job waits for its array, of which at most 2 jobs run at once." ? true : nil
      }
      var most = 0
      for job in list {
        let ended = try await jobs.waitForEnd(job.id)
        #expect(ended.reason == .succeeded, "\(String(describing: ended.message))")
        most = max(most, Int(try await jobs.text(ended).filter(\.isNumber)) ?? 99)
      }
      #expect(most == 2)
    }
  }

  @Test func `an array whose answer was lost is found, and none of it runs twice`() async throws {
    let cluster = try TestCluster()
    let home = try JobsUnderTest()
    let shims = try SlurmShims.folder(in: cluster, SlurmShims.losesOneAnswer)
    try await home.add(cluster, commands: shims)
    try await home.serve { jobs in
      let array = try await jobs.submitArray(spec("echo ran >> log; sleep 1"), count: 5)
      for job in try await jobs.list(array: array.id) {
        let ended = try await jobs.waitForEnd(job.id)
        #expect(ended.reason == .succeeded, "\(String(describing: ended.message))")
        #expect(try FileTree.read(job.workFolder + "/log") == Array("ran\n".utf8))
      }
      let names = try cluster("squeue", "--noheader", "--array", "--states=all", "--format=%j")
      #expect(names.split(separator: "\n").count == 5, "Slurm had each once: \(names)")
    }
  }

  @Test func `a server that is gone finds the jobs of an array again`() async throws {
    let cluster = try TestCluster()
    let home = try JobsUnderTest()
    try await home.add(cluster)
    let array = try await home.serve { jobs in
      let array = try await jobs.submitArray(
        spec("while ! [ -e ../../go ]; do sleep 0.05; done"), count: 4)
      for job in try await jobs.list(array: array.id) {
        _ = try await jobs.reaches(.running, job.id)
      }
      return array
    }
    try await home.serve { jobs in
      let list = try await jobs.list(array: array.id)
      try FileTree.write([], to: FileTree.folder(of: list[0].folder) + "/go")
      for job in list { #expect(try await jobs.waitForEnd(job.id).reason == .succeeded) }
      #expect(try await jobs.array(array.id).hasSucceeded)
    }
  }
}
