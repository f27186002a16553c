import Glibc
import JobProtocol

/// What tasks leave behind and their job keeps.
extension Attempt {
  /// Gives the files that the specification names to the run, once the command has ended by itself.
  ///
  /// An attempt whose command succeeded without leaving them fails. Of several nodes the first one
  /// speaks for all.
  func keepOutputs(of attempt: AttemptSpec, startingIn start: String, _ tracking: TrackingEndpoint?)
  {
    guard let outputs = attempt.outputs, let tracking, attempt.node?.index ?? 0 == 0,
      hasStartedAny, stopCause == nil
    else { return }
    for path in outputs.paths.compactMap(JobOutputs.checked) {
      let files = OutputFiles.named(path, in: start)
      if files.isEmpty { lost("the command left no `\(path)`") }
      for file in files where stopCause == nil {
        do {
          try tracking.keep(start + "/" + file, as: file) { self.mayGoOn() }
        } catch {
          lost(error.words)
        }
      }
    }
  }

  /// Puts the files that come back to the job's working folder among the uploads, and last their list.
  ///
  /// Also those of a command that failed: they may say why.
  func returnFiles(of attempt: AttemptSpec, startingIn start: String) {
    guard let returned = attempt.returned, hasStartedAny, stopCause == nil else { return }
    var list = ReturnedFiles(files: [])
    do {
      for file in returned.paths.compactMap(JobOutputs.checked).flatMap({
        OutputFiles.named($0, in: start)
      }) {
        let copy = try OutputCopy.make(of: start + "/" + file, named: file, in: folder) {
          self.mayGoOn()
        }
        list.files.append(
          ReturnedFiles.File(
            path: file, upload: copy.name, bytes: copy.bytes, sha256: copy.sha256))
      }
      guard write(list) else {
        return lost("what the command left could not be kept: the disk is full")
      }
    } catch {
      lost(error.words)
    }
  }

  /// Writes the list under another name first, which nobody collects.
  private func write(_ list: ReturnedFiles) -> Bool {
    _ = mkdir(folder.uploads, 0o700)
    let (path, bytes) = (folder.uploads + "/" + ReturnedFiles.name, list.encoded())
    let temporary = folder.uploads + "/." + ReturnedFiles.name
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return false }
    defer { close(file) }
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(file, buffer.baseAddress.map { $0 + done }, buffer.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return fdatasync(file) == 0 && rename(temporary, path) == 0
  }

  private func lost(_ words: String) {
    guard firstFailure == nil, stopCause == nil else { return }
    lostOutput = true
    message = message ?? words
  }

  /// Lives on between two parts of a file: it hears who wants to stop it, and gives a sign of life.
  private func mayGoOn() -> Bool {
    takeSignals()
    let now = monotonicMs()
    if now >= deadlines.heartbeatAt {
      deadlines.heartbeatAt = now + Deadlines.heartbeatMs
      record(.usage(usage))
      journal.flush()
    }
    return stopCause == nil
  }
}

/// The regular files of a folder.
private enum OutputFiles {
  /// What lies at a path that no link leads out of the folder, also where the command is kept apart and
  /// may not see what this process sees.
  static func named(_ path: String, in start: String) -> [String] {
    var place = start
    for part in path.split(separator: "/").dropLast() {
      place += "/" + part
      var status = stat()
      guard lstat(place, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return [] }
    }
    return below(start, path)
  }

  /// The file at a path, or all files in the folder there, by name; links are not followed.
  ///
  /// - Returns: paths below `start`.
  private static func below(_ start: String, _ path: String) -> [String] {
    var status = stat()
    guard lstat(start + "/" + path, &status) == 0 else { return [] }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return [path]
    case S_IFDIR: return names(in: start + "/" + path).flatMap { below(start, path + "/" + $0) }
    default: return []
    }
  }

  private static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
