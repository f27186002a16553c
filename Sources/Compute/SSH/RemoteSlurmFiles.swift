import Basics
import Foundation
import Glibc
import JobProtocol
import Synchronization

/// Files that a login node alone sees: sent there before an attempt is submitted, and brought back while it
/// runs.
///
/// What the attempt's folder on this machine has is what is known; how much that is tells how much is asked
/// for next. So nothing is lost or taken over twice, whatever breaks.
final class RemoteSlurmFiles: SlurmFiles {
  /// Most bytes that one look brings.
  private static let lookBytes: Int64 = 8 << 20

  let shell: RemoteShell
  let folders: SiteFolders
  /// Path of this installation's own agent, and its digest.
  private let agent: (own: String, digest: ObjectDigest)
  /// Folder of the jobs on this machine.
  private let jobsFolder: String
  private let isBegun = Mutex(false)

  /// - Parameter jobsFolder: folder of the jobs on this machine.
  init(
    _ connection: SSHConnection, scratch: String, ownAgent: String, jobsFolder: String
  ) throws {
    shell = RemoteShell(connection, owner: jobsFolder)
    folders = SiteFolders(scratch: scratch)
    agent = (ownAgent, try ObjectDigest(ofFile: ownAgent))
    self.jobsFolder = jobsFolder
  }

  var agentPath: String { SiteAgent.path(agent.digest, in: folders) }

  func begin() async throws {
    guard !isBegun.withLock({ $0 }) else { return }
    try await installAgent()
    isBegun.withLock { $0 = true }
  }

  func installAgent() async throws {
    _ = try await inspect()
    try await shell.put(agent.own, agent.digest, to: agentPath, mode: "755")
  }

  func mark(agents names: Set<String>) async throws {
    try await installAgent()
    isBegun.withLock { $0 = true }
    let paths = names.map { folders.agents + "/" + $0 } + [agentPath]
    _ = try await shell.run("touch -c " + paths.map(quoted).joined(separator: " "))
  }

  func inspect() async throws -> String {
    let scratch = quoted(folders.scratch)
    let text = try await shell.run(
      "if [ -d \(scratch) ] && [ -w \(scratch) ]; then "
        + "if command -v tar >/dev/null && command -v sha256sum >/dev/null; then "
        + "df -Pk \(scratch) | tail -n 1; else echo tools; fi; else echo missing; fi")
    if text == "tools" {
      throw JobError(
        .siteInvalid, "there is no `tar` or no `sha256sum` on the login node",
        hint: "Ask the help desk how they are called there.")
    }
    if text == "missing" {
      throw JobError(
        .siteInvalid,
        "the scratch folder \(visible(folders.scratch)) is not there or cannot be written on "
          + "'\(shell.connection.options.destination)'",
        hint: "Make a folder of your own that all nodes see, and name it.")
    }
    let fields = text.split(separator: " ")
    let kilobytes = fields.count > 3 ? Int64(fields[3]) : nil
    let free = kilobytes.map { "; \($0 * 1_024 / 1_000_000) MB are free" }
    return "\(folders.scratch) can be written\(free ?? "")"
  }

  func place(of folder: AttemptFolder) -> AttemptFolder {
    AttemptFolder(path: remote(folder.path))
  }

  /// A path below the folder of jobs as the site has it.
  private func remote(_ path: String) -> String {
    folders.jobs + path.dropFirst(jobsFolder.count)
  }

  func prepare(_ attempt: OpenAttempt, _ instruction: AttemptSpec) async throws {
    var translated = instruction
    translated.workFolder = remote(instruction.workFolder)
    translated.checkpointFolder = instruction.checkpointFolder.map(remote)
    // Nothing of this machine's home is there.
    translated.isolation?.hidden = [folders.scratch]
    translated.isolation?.shown = instruction.isolation?.shown.map(remote) ?? []
    translated.isolation?.readOnly = []
    // What was the folder here is the work folder there.
    translated.spec.workingDirectory = nil
    JobInputs.complete(
      &translated, in: place(of: attempt.folder), of: folders, isShared: true)
    // The agent's own machine is not the server's: nobody there must get the server's token.
    translated.tracking?.serverUrl = ""
    translated.tracking?.serverToken = ""
    let final = translated
    try await offTask { try AttemptFiles.prepare(attempt.folder, final, makesFolders: false) }
  }

  // MARK: There

  func stage(_ attempt: SlurmAttempt) async throws {
    let job = attempt.key.job.rawValue
    // The jobs of an array share one archive.
    let owner = attempt.spec.array?.array ?? job
    let snapshot = JobSnapshot(
      folder: "\(jobsFolder)/\(owner)", jobFolder: "\(jobsFolder)/\(job)")
    try await sendInputs(of: attempt.spec)
    for files in attempt.spec.storedFolders { try await send(folder: files) }
    if !snapshot.isStaged {
      let source = attempt.spec.workingDirectory ?? "\(jobsFolder)/\(job)/work"
      if let archive = try await snapshot.archive(of: source) {
        try await unpack(archive, of: owner, for: job)
      }
      try snapshot.keepStaged()
    }
    for node in AttemptFiles.nodes(of: attempt.folder).reversed() {
      try await sendInstruction(in: node, of: attempt.key.job.rawValue)
    }
  }

  /// Sends what the job's instruction names, once each.
  private func sendInputs(of spec: JobSpec) async throws {
    let inputs = JobInputs(jobsFolder: jobsFolder)
    let here = SiteFolders(scratch: inputs.home.path)
    let pairs = zip(
      JobInputs.files(for: spec, in: here), JobInputs.files(for: spec, in: folders))
    for (path, target) in pairs {
      // It counts as used now.
      let file = quoted(target)
      let said = try await shell.run(
        "if touch -c \(file) && [ -e \(file) ]; then echo there; fi")
      if said == "there" { continue }
      try await inputs.make(for: spec, in: here)
      let digest = try await offTask { try ObjectDigest(ofFile: path) }
      try await shell.put(path, digest, to: target, mode: "600")
    }
  }

  /// Sends the files of a stored folder, each once; after a broken connection those that are missing.
  private func send(folder files: String) async throws {
    let target = folders.data(files)
    // It counts as used now.
    let said = try await shell.run(
      "if touch -c \(quoted(target)) && [ -e \(quoted(target)) ]; then echo there; fi")
    if said == "there" { return }
    let objects = JobInputs(jobsFolder: jobsFolder).home.objects
    let part = target + ".new"
    let manifest = try await offTask {
      try DataFolder(objects: objects, files: files).manifest()
    }
    for entry in manifest.files {
      let object = objects.path(of: entry.sha256)
      try await offTask { try DataFolder.check(entry, at: object) }
      try await shell.put(
        object, entry.sha256, to: safePath(entry.path, in: part),
        mode: entry.kind == .executable ? "500" : "400")
    }
    // Nobody looks at the bytes again: all of it is on disk before it has its name.
    _ = try await shell.run(
      "mkdir -p \(quoted(part)) && if [ -e \(quoted(target)) ]; then rm -rf \(quoted(part)); "
        + "else find \(quoted(part)) -exec sync {} + && mv \(quoted(part)) \(quoted(target)); fi")
  }

  private func unpack(_ path: String, of owner: String, for job: String) async throws {
    let target = folders.job(owner) + "/staging.tar"
    let folder = quoted(folders.job(job))
    let state = try await shell.run(
      "if [ -e \(folder)/work ]; then echo done; elif [ -e \(quoted(target)) ]; then echo there; "
        + "else echo absent; fi")
    if state == "done" { return }
    // What is there is whole, and is looked at once more by `tar`.
    if state == "absent" {
      let digest = try await offTask { try ObjectDigest(ofFile: path) }
      try await shell.put(path, digest, to: target, mode: "600")
    }
    _ = try await shell.run(
      "mkdir -p \(folder) && cd \(folder) && rm -rf work.new && mkdir work.new && "
        + "tar -xf \(quoted(target)) --no-same-owner -C work.new && mv work.new work"
        + (owner == job ? " && rm -f \(quoted(target))" : ""))
  }

  /// Sends what lies in the folder of a node; the first one's has the script.
  private func sendInstruction(in folder: AttemptFolder, of id: String) async throws {
    let (spec, script) = try await offTask {
      // Claimed by an agent of a submission before, whose answer was lost.
      let path = FileTree.exists(folder.spec) ? folder.spec : folder.claimedSpec
      let script = folder.batchScript
      return (try FileTree.read(path), FileTree.exists(script) ? try FileTree.read(script) : [])
    }
    let job = folders.job(id)
    let there = quoted(remote(folder.path))
    _ = try await shell.run(
      "umask 077 && mkdir -p \(quoted(job + "/work")) \(quoted(job + "/checkpoints")) \(there) && "
        + "cd \(there) && cat >.in && [ \"$(wc -c <.in)\" -eq \(spec.count + script.count) ] && "
        + "tail -c \(script.count) .in >batch.sh && : >>journal && : >>agent.log && "
        + "{ [ -e spec ] || [ -e spec.claimed ] || "
        + "{ head -c \(spec.count) .in >.spec && mv .spec spec; }; } && rm -f .in",
      input: spec + script)
  }

  func stage(_ array: SlurmArrayScript) async throws {
    let (script, list) = (Array(array.text.utf8), Array(array.list.utf8))
    let there = quoted(array.folder)
    _ = try await shell.run(
      "umask 077 && mkdir -p \(there) && cd \(there) && cat >.in && "
        + "[ \"$(wc -c <.in)\" -eq \(script.count + list.count) ] && "
        + "head -c \(script.count) .in >batch.sh && "
        + "tail -c \(list.count) .in >\(SlurmArrayScript.listName) && rm -f .in",
      input: script + list)
  }

  func order(_ orders: [AllocationOrder], in folder: AttemptFolder) async throws {
    // One write, so that the host never reads half a line; what is said twice means nothing the second time.
    _ = try await shell.run(
      "umask 077 && cat >>\(quoted(remote(folder.orders)))",
      input: Array(orders.map(\.text).joined().utf8))
  }

  func withdraw(_ folders: [AttemptFolder]) async throws {
    let list = folders.flatMap { AttemptFiles.nodes(of: $0) }
      .map { remote($0.path) + "/spec\n" }.joined()
    _ = try await shell.run(
      "while read -r file; do rm -f \"$file\"; done", input: Array(list.utf8))
  }

  // MARK: And back

  func look(at attempts: [SlurmAttempt]) async throws -> [AttemptKey: SlurmLook] {
    try await begin()
    let places = attempts.flatMap { attempt in
      (0..<attempt.spec.nodeCount).map { (attempt.key, attempt.folder.ofNode($0)) }
    }
    let request = CollectRequest(
      attempts: try await offTask {
        places.map { _, folder in
          CollectRequest.Attempt(
            folder: self.remote(folder.path), known: AttemptMirror(folder).known)
        }
      }, limit: Self.lookBytes)
    let answer = try await shell.connection.run(
      "exec \(quoted(agentPath)) collect", input: request.encoded(), patience: .seconds(120))
    guard answer.status == 0, let told = try? CollectAnswer(decoding: answer.output),
      told.attempts.count == places.count
    else {
      // Somebody may have cleaned the folder up.
      isBegun.withLock { $0 = false }
      throw JobError(
        .siteUnreachable,
        "the agent at '\(shell.connection.options.destination)' does not tell what jobs have written",
        hint: "Is \(agentPath) there, and can it be run?")
    }
    return try await offTask {
      var looks: [AttemptKey: SlurmLook] = [:]
      for ((key, folder), news) in zip(places, told.attempts) {
        let look = try AttemptMirror(folder).take(news)
        looks[key] = looks[key].map { $0.with(look) } ?? look
      }
      return looks
    }
  }

  private func quoted(_ text: String) -> String { SSHConnection.quoted(text) }
}
