import Basics
import Foundation
import Glibc
import JobProtocol

/// The files of a cluster's jobs as its driver needs them: on a file system that this machine shares with the
/// cluster, or on one that a login node alone sees.
///
/// Whatever reads a job's files (journals, outputs, uploads) finds them in the attempt's folder on this
/// machine; where that is not the cluster's, `look` brings them.
protocol SlurmFiles: Sendable {
  /// Path of the agent's program at the site, which `installAgent` puts there.
  var agentPath: String { get throws }

  /// Puts the agent there, unless it is there with all its bytes.
  func installAgent() async throws

  /// Says of agents' programs that attempts need them, so that no factory collects them, and puts this
  /// installation's there should somebody have.
  func mark(agents names: Set<String>) async throws

  /// Does what must have been done once before attempts are staged.
  ///
  /// - Throws: `JobError` where it may be tried again.
  func begin() async throws

  /// What is known of the folder for jobs, in words; throws where it cannot be used.
  func inspect() async throws -> String

  /// The folder of an attempt as the nodes see it.
  func place(of folder: AttemptFolder) -> AttemptFolder

  /// Makes the files of an attempt on this machine; repeating it changes nothing.
  func prepare(_ attempt: OpenAttempt, _ instruction: AttemptSpec) async throws

  /// Brings everything that an attempt needs to where its nodes see it; repeating it changes nothing.
  ///
  /// - Throws: `JobError` with `siteUnreachable` where it may be tried again; everything else is final.
  func stage(_ attempt: SlurmAttempt) async throws

  /// Puts the script and the list of an array there.
  func stage(_ array: SlurmArrayScript) async throws

  /// Tells the host of an allocation what to do.
  ///
  /// - Parameter folder: the allocation's on this machine.
  func order(_ orders: [AllocationOrder], in folder: AttemptFolder) async throws

  /// Keeps agents from taking attempts that none has taken.
  func withdraw(_ folders: [AttemptFolder]) async throws

  /// What lies in the scratch folder of what jobs leave there.
  func entries() async throws -> [ScratchEntry]

  /// The size of each; 0 for what went away meanwhile.
  func bytes(of entries: [ScratchEntry]) async throws -> [Int64]

  /// Removes them.
  ///
  /// Of what jobs share, that which a job has taken since a moment stays, however late it did.
  func remove(_ entries: [ScratchEntry], unusedSinceMs: Int64) async throws

  /// Looks what attempts have written.
  func look(at attempts: [SlurmAttempt]) async throws -> [AttemptKey: SlurmLook]
}

/// What a look at an attempt showed.
struct SlurmLook: Sendable {
  /// Size of its journal on this machine, or of those of all its nodes together.
  var journalBytes: Int64
  /// Whether everything that it has written is here.
  var isComplete: Bool

  /// The look at an attempt of which this is one node and the other the next.
  func with(_ other: SlurmLook) -> SlurmLook {
    SlurmLook(
      journalBytes: journalBytes + other.journalBytes,
      isComplete: isComplete && other.isComplete)
  }
}

/// Files on a file system that this machine shares with the cluster.
struct SharedSlurmFiles: SlurmFiles {
  let options: SlurmOptions
  /// Path of this installation's own agent.
  let ownAgent: String
  let inputs: JobInputs

  private var agent: SiteAgent { SiteAgent(own: ownAgent) }
  private var folders: SiteFolders { SiteFolders(scratch: options.scratch) }

  var agentPath: String { get throws { try agent.path(in: folders) } }

  func installAgent() async throws {
    _ = try await inspect()
    try await agent.install(in: folders)
  }

  func mark(agents names: Set<String>) async throws {
    try await installAgent()
    let (agent, folders) = (agent, folders)
    try await offTask {
      let own = FileTree.name(of: try agent.path(in: folders))
      // One that is gone cannot be marked.
      for name in names.union([own]) { _ = FileTree.touch(folders.agents + "/" + name) }
    }
  }

  // The agent is there before the site takes jobs.
  func begin() async throws {}

  func inspect() async throws -> String {
    let scratch = options.scratch
    return try await offTask {
      guard scratch.contains(where: { $0 != "/" }), FileTree.isFolder(scratch),
        access(scratch, W_OK) == 0
      else {
        throw JobError(
          .siteInvalid, "the scratch folder \(visible(scratch)) is not there or cannot be written",
          hint: "Make a folder of your own that this machine and all nodes see, and name it.")
      }
      let values = try URL(fileURLWithPath: scratch).resourceValues(
        forKeys: [.volumeAvailableCapacityKey])
      let free = values.volumeAvailableCapacity.map { "; \(Int64($0) / 1_000_000) MB are free" }
      return "\(scratch) can be written\(free ?? "")"
    }
  }

  func place(of folder: AttemptFolder) -> AttemptFolder { folder }

  func prepare(_ attempt: OpenAttempt, _ instruction: AttemptSpec) async throws {
    try await inputs.make(for: instruction.spec, in: folders)
    try await inputs.makeData(for: instruction.spec, in: folders)
    var complete = instruction
    JobInputs.complete(&complete, in: attempt.folder, of: folders, isShared: true)
    let final = complete
    try await offTask { try AttemptFiles.prepare(attempt.folder, final) }
  }

  func stage(_ attempt: SlurmAttempt) async throws {}

  func stage(_ array: SlurmArrayScript) async throws {
    try await offTask {
      try FileTree.createFolder(array.folder)
      try FileTree.write(
        Array(array.list.utf8), to: array.folder + "/" + SlurmArrayScript.listName)
      try FileTree.write(Array(array.text.utf8), to: array.path)
    }
  }

  func order(_ orders: [AllocationOrder], in folder: AttemptFolder) async throws {
    let text = orders.map(\.text).joined()
    try await offTask {
      let file = try OpenFile(folder.orders, for: .appending)
      try file.write(Array(text.utf8))
    }
  }

  func withdraw(_ folders: [AttemptFolder]) async throws {
    for folder in folders { _ = AttemptFiles.withdraw(folder) }
  }

  func look(at attempts: [SlurmAttempt]) async throws -> [AttemptKey: SlurmLook] {
    let paths = attempts.map { attempt in
      (attempt.key, (0..<attempt.spec.nodeCount).map { attempt.folder.ofNode($0).journal })
    }
    // A journal that cannot be looked at has not grown.
    return try await offTask {
      Dictionary(
        uniqueKeysWithValues: paths.map { key, journals in
          let bytes = journals.reduce(Int64(0)) { sum, path in
            sum + ((try? FileTree.status(of: path).bytes) ?? 0)
          }
          return (key, SlurmLook(journalBytes: bytes, isComplete: true))
        })
    }
  }
}
