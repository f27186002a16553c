import Basics
import Foundation
import Glibc
import JobProtocol

/// The files of an attempt, which are the same on all sites.
enum AttemptFiles {
  /// Makes the files of an attempt; repeating it changes nothing.
  ///
  /// An instruction that an agent may already have claimed is never written a second time.
  ///
  /// - Parameter makesFolders: whether the folders of the instruction are on this machine.
  static func prepare(
    _ folder: AttemptFolder, _ instruction: AttemptSpec, makesFolders: Bool = true
  ) throws {
    for folder in [instruction.workFolder, instruction.checkpointFolder].compactMap(\.self)
    where makesFolders {
      try FileTree.createFolder(folder, mode: 0o777)
    }
    let count = instruction.spec.nodeCount
    guard count > 1 else { return try prepareNode(folder, instruction) }
    // The first one's comes last: it is what says that the attempt is prepared.
    for index in (0..<count).reversed() {
      try prepareNode(folder.ofNode(index), instruction.forNode(index, of: count))
    }
  }

  private static func prepareNode(_ folder: AttemptFolder, _ instruction: AttemptSpec) throws {
    try FileTree.createFolder(folder.path, mode: 0o777)
    // Who starts the agent opens its log, which must not be kept from it by a disk that is full by then.
    for path in [folder.journal, folder.agentLog] {
      let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      guard file >= 0 else { throw failure("cannot make \(path)") }
      close(file)
    }
    if hasInstruction(folder) { return }
    let temporary = folder.spec + ".new"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure("cannot make \(temporary)") }
    defer { close(file) }
    let bytes = instruction.encoded()
    let written = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    guard written == bytes.count else {
      // A part of it went there: what follows does not fit.
      throw failure("cannot write \(temporary)", number: written < 0 ? errno : ENOSPC)
    }
    guard rename(temporary, folder.spec) == 0 else { throw failure("cannot write \(temporary)") }
  }

  /// True once the instruction is there, claimed or not.
  static func hasInstruction(_ folder: AttemptFolder) -> Bool {
    access(folder.spec, F_OK) == 0 || isClaimed(folder)
  }

  /// True once an agent has taken the attempt.
  static func isClaimed(_ folder: AttemptFolder) -> Bool {
    access(folder.claimedSpec, F_OK) == 0
  }

  /// The folders of all nodes of an attempt, the first of which is given.
  static func nodes(of folder: AttemptFolder) -> [AttemptFolder] {
    var nodes = [folder]
    while case let next = folder.ofNode(nodes.count), access(next.path, F_OK) == 0 {
      nodes.append(next)
    }
    return nodes
  }

  /// Keeps every agent from taking the attempt; false if one has taken it.
  static func withdraw(_ folder: AttemptFolder) -> Bool {
    for node in nodes(of: folder).dropFirst() { unlink(node.spec) }
    return unlink(folder.spec) == 0 || !isClaimed(folder)
  }

  /// A failure to write, which says where it is one of room.
  private static func failure(_ what: String, number: Int32 = errno) -> any Error {
    guard number == ENOSPC || number == EDQUOT else { return systemError(what, number: number) }
    return BasicsError(
      .diskFull, "\(what): \(String(cString: strerror(number)))",
      hint: "Free some space on that disk.")
  }

  /// Whether an error says that there is no room now, or no more of it for this user.
  static func isOfRoom(_ error: any Error) -> Bool {
    (error as? BasicsError)?.code == .diskFull
      || (error as? CocoaError)?.code == .fileWriteOutOfSpace
  }

  /// What the system says about a call that failed.
  static func systemError(_ what: String, number: Int32 = errno) -> JobError {
    JobError(
      .systemFailure, "\(what): \(String(cString: strerror(number)))",
      hint: "See whether the disk is full and the folder of jobs can be written.")
  }
}

extension AttemptSpec {
  /// The instruction for one of several nodes.
  fileprivate func forNode(_ index: Int, of count: Int) -> AttemptSpec {
    var spec = self
    spec.node = AttemptNode(index: index, count: count)
    if index > 0 {
      // The server carries out what the first node logs: how far it has come says nothing about others.
      spec.tracking?.serverUrl = ""
      spec.tracking?.serverToken = ""
    }
    return spec
  }
}
