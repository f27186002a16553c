import Basics
import Glibc
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// Jobs on several nodes of a real cluster.
@Suite(.timeLimit(.minutes(4)), .enabled(if: TestCluster.isPossible, TestCluster.hint))
struct SlurmNodesTests {
  /// The cluster on a file system that is shared, and behind a login node.
  static var sites: [SiteUnderTest] { SiteUnderTest.possible.filter { $0 != .local } }

  private func submit(
    _ script: String, to site: SiteUnderTest, nodes: Int, graceMs: Int64 = 5_000, _ jobs: Jobs
  ) async throws -> Job {
    var spec = JobSpec(
      name: "nodes", command: ["/bin/sh", "-c", script],
      resources: JobResources(gracePeriodMs: graceMs), site: site.rawValue)
    spec.nodes = nodes
    return try await jobs.submit(spec)
  }

  private func text(_ job: Job, node: Int, _ jobs: Jobs) async throws -> String {
    String(
      decoding: try await jobs.output(
        job.id, stream: .stdout, from: 0, limit: 1 << 20, node: node
      ).bytes, as: UTF8.self)
  }

  @Test(arguments: sites)
  func `a job runs its command once on each node, which know where they meet`(
    site: SiteUnderTest
  ) async throws {
    try await site.home().serve { jobs in
      let job = try await submit(
        """
        echo $RANK/$WORLD_SIZE $NODE_RANK $LOCAL_RANK $AIFACTORY_NODE/$AIFACTORY_NODES
        echo $SLURM_PROCID/$SLURM_NTASKS
        echo $PET_NODE_RANK/$PET_NNODES $PET_MASTER_ADDR:$PET_MASTER_PORT $MASTER_ADDR:$MASTER_PORT
        echo $SLURMD_NODENAME
        """, to: site, nodes: 3, jobs)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .succeeded, "\(ended.message ?? "")")
      #expect(ended.exitCode == 0)
      var (meetings, hosts): (Set<String>, Set<String>) = ([], [])
      for node in 0..<3 {
        let lines = try await text(ended, node: node, jobs).split(separator: "\n")
          .map(String.init)
        try #require(lines.count == 4, "\(lines)")
        #expect(lines[0] == "\(node)/3 \(node) 0 \(node)/3")
        #expect(lines[1] == "\(node)/3", "Slurm's variables are there for MPI")
        let words = lines[2].split(separator: " ").map(String.init)
        #expect(words.first == "\(node)/3")
        #expect(words[1] == words[2])
        meetings.insert(words[2])
        hosts.insert(lines[3])
      }
      #expect(hosts == ["n1", "n2", "n3"])
      #expect(meetings.count == 1, "all meet at one place: \(meetings)")
      let port = try #require(meetings.first?.split(separator: ":").last.flatMap { Int($0) })
      #expect((20_000...32_000).contains(port))
      let journals = (0..<3).map { job.attemptFolder.ofNode($0).path.split(separator: "/").last }
      #expect(journals == ["node0", "node1", "node2"])
      await #expect(throws: JobError.self) { try await text(ended, node: 3, jobs) }
    }
  }

  @Test(arguments: sites)
  func `each node starts in a copy of the code of its own`(site: SiteUnderTest) async throws {
    let home = try await site.home()
    let folder = try TemporaryFolder()
    try folder.write("x", to: "sources/src/main.py")
    try await home.serve { jobs in
      var spec = JobSpec(
        name: "nodes",
        command: ["/bin/sh", "-c", "ls; echo $RANK > rank; basename $(dirname $(dirname $PWD))"],
        site: site.rawValue)
      spec.nodes = 2
      spec.code = try await jobs.keepCode(
        folder.path("sources"), startingIn: folder.path("sources/src"))
      let job = try await jobs.submit(spec)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .succeeded, "\(ended.message ?? "")")
      for node in 0..<2 {
        #expect(try await text(ended, node: node, jobs) == "main.py\nnode\(node)\n")
      }
    }
  }

  @Test(arguments: sites)
  func `one node that fails ends the others, and is named`(site: SiteUnderTest) async throws {
    try await site.home().serve { jobs in
      let job = try await submit(
        """
        trap 'echo told; exit 0' TERM
        echo ready
        [ $RANK = 1 ] && sleep 1 && exit 7
        while :; do sleep 0.1; done
        """, to: site, nodes: 3, graceMs: 10_000, jobs)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .failed)
      #expect(ended.exitCode == 7)
      let message = try #require(ended.message)
      #expect(message.hasPrefix("node 1 (n"), "\(message)")
      #expect(message.hasSuffix(") failed"))
      #expect(try await jobs.explain(job.id).sentences.contains { $0.hasPrefix("Node 1 (n") })
      for node in [0, 2] {
        #expect(try await text(ended, node: node, jobs) == "ready\ntold\n", "they got their grace")
      }
    }
  }

  @Test(arguments: sites)
  func `all nodes of a job that is canceled have their grace period`(
    site: SiteUnderTest
  ) async throws {
    try await site.home().serve { jobs in
      let job = try await submit(
        "trap 'sleep 1; echo saved; exit 0' TERM; echo ready; while :; do sleep 0.1; done",
        to: site, nodes: 2, graceMs: 20_000, jobs)
      _ = try await eventually {
        let first = try await text(job, node: 0, jobs)
        let second = try await text(job, node: 1, jobs)
        return first + second == "ready\nready\n" ? true : nil
      }
      _ = try await jobs.cancel(job.id)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .canceledByUser)
      for node in 0..<2 { #expect(try await text(ended, node: node, jobs) == "ready\nsaved\n") }
    }
  }

  @Test func `a job goes on until its last node has ended, also past a server's end`() async throws
  {
    let home = try await SiteUnderTest.slurm.home()
    let go = home.home.folder.path("go")
    let job = try await home.serve { jobs in
      let job = try await submit(
        "[ $RANK = 0 ] && exit 0; while ! [ -e \(go) ]; do sleep 0.1; done; echo last",
        to: .slurm, nodes: 2, jobs)
      _ = try await jobs.reaches(.running, job.id)
      // The first node has ended long before the server does.
      _ = try await eventually {
        var reader = JournalReader(path: job.at(1).journal)
        return reader.next().contains { $0.event.isEnd } ? true : nil
      }
      #expect(try await jobs.job(job.id).state == .running)
      return job
    }
    try await home.serve { jobs in
      #expect(try await jobs.reaches(.running, job.id).attempt == 1)
      try FileTree.write([], to: go)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .succeeded, "\(ended.message ?? "")")
      #expect(try await text(ended, node: 1, jobs) == "last\n")
      #expect(ended.usage.stdoutBytes == 5, "what all nodes used is added up")
    }
  }

  @Test func `an agent that is killed ends the job, and its node is named`() async throws {
    try await SiteUnderTest.slurm.home().serve { jobs in
      let job = try await submit("echo ready; sleep 600", to: .slurm, nodes: 2, jobs)
      let folder = job.at(1).ofNode(1)
      _ = try await eventually {
        try await text(job, node: 1, jobs) == "ready\n" ? true : nil
      }
      let journal = open(folder.journal, O_RDWR | O_CLOEXEC)
      let agent = lockOwner(journal)
      close(journal)
      try #require(agent > 0)
      #expect(kill(agent, SIGKILL) == 0)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .lostAgent, "\(ended.message ?? "")")
      #expect(ended.message?.contains("died without a word") == true, "\(ended.message ?? "")")
    }
  }

  @Test func `a restart runs on all nodes again`() async throws {
    try await SiteUnderTest.slurm.home().serve { jobs in
      var spec = JobSpec(
        name: "nodes",
        command: [
          "/bin/sh", "-c", "echo $AIFACTORY_ATTEMPT; [ $AIFACTORY_ATTEMPT = 2 ] || sleep 100",
        ],
        resources: JobResources(timeLimitMs: 1_500), site: "slurm",
        restart: JobRestart(on: [.timeout]))
      spec.nodes = 2
      let ended = try await jobs.waitForEnd(try await jobs.submit(spec).id)
      #expect(ended.reason == .succeeded, "\(ended.message ?? "")")
      #expect(ended.restarts == 1 && ended.restartReason == .timeLimit)
      for node in 0..<2 { #expect(try await text(ended, node: node, jobs) == "2\n") }
    }
  }

  @Test func `more nodes than the cluster has are refused, and several tasks on each`() async throws
  {
    let home = try await SiteUnderTest.slurm.home()
    let jobs = home.instance()
    await #expect(throws: JobError.self) {
      try await submit("true", to: .slurm, nodes: 4, jobs)
    }
    var spec = JobSpec(name: "n", command: ["true"], taskCount: 2, site: "slurm")
    spec.nodes = 2
    let refused = spec
    await #expect(throws: JobError.self) { try await jobs.submit(refused) }
  }

  @Test func `this machine is one node`() async throws {
    let jobs = try JobsUnderTest().instance()
    var spec = JobSpec(name: "n", command: ["true"])
    spec.nodes = 2
    let refused = spec
    let error = await #expect(throws: JobError.self) { try await jobs.submit(refused) }
    #expect(error?.code == .resourcesImpossible)
    #expect(error?.message == "the job asks for 2 nodes, but this machine is one")
    #expect(error?.hint?.contains("--site") == true)
  }
}

extension Job {
  /// The first node's folder of an attempt that is still to come.
  fileprivate func at(_ attempt: Int) -> AttemptFolder {
    AttemptFolder(path: "\(folder)/\(attempt)/node0")
  }
}

extension JournalEvent {
  fileprivate var isEnd: Bool { if case .ended = self { true } else { false } }
}

/// The process that holds a file's lock; 0 for none.
private func lockOwner(_ file: Int32) -> Int32 {
  var lock = flock()
  lock.l_type = Int16(F_WRLCK)
  lock.l_whence = Int16(SEEK_SET)
  return fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != Int16(F_UNLCK) ? lock.l_pid : 0
}
