import Basics

/// Something that jobs have left in a site's scratch folder.
struct ScratchEntry: Sendable, Hashable {
  /// The folders in which such things lie.
  enum Folder: String, CaseIterable, Sendable {
    case jobs, arrays, code, environments, data, agents
  }

  let folder: Folder
  let name: String
  /// When its content changed last, Unix time in milliseconds: for what many jobs take, when one took it last.
  let usedAtMs: Int64

  /// Its path in the scratch folder.
  var path: String { folder.rawValue + "/" + name }

  /// What its name says that it is.
  enum Kind: Equatable, Sendable {
    /// Files of one job.
    case job(String)
    /// Files of the jobs of an array.
    case array(String)
    /// What jobs name by this digest: code, a requirements file, or data.
    case input(String)
    /// A packed Python environment, which whoever needs it makes again.
    case environment
    /// An agent's program, which whoever needs it puts there again.
    case agent
    /// What somebody who died was writing.
    case unfinished
  }

  /// Nil for what is not ours to judge.
  var kind: Kind? {
    switch folder {
    case .jobs:
      return name.hasPrefix(JobArray.identifierPrefix) ? .array(name) : .job(name)
    case .arrays:
      return name.split(separator: ".").first.map { .array(String($0)) }
    case .agents:
      guard let agent = SiteAgent.name(in: name), name.hasPrefix(agent) else { return nil }
      return name == agent ? .agent : .unfinished
    case .code, .environments, .data:
      let digest = String(name.prefix(64))
      guard ObjectDigest(hex: digest) != nil else { return nil }
      switch (folder, name.dropFirst(64)) {
      case (.code, ".tar"), (.environments, ".txt"), (.data, ""): return .input(digest)
      case (.environments, ".tar"): return .environment
      // The lock of those that make one stays: it is empty, and two must not have two of it.
      case (_, ".lock"): return nil
      case (_, let rest):
        let isWritten = [".tar.", ".txt.", ".new", ".waste"].contains { rest.hasPrefix($0) }
        return isWritten || folder == .data && rest.hasSuffix(".tmp") ? .unfinished : nil
      }
    }
  }

  /// Whether jobs share it, so that one may take it while it is looked at.
  var isShared: Bool { folder != .jobs && folder != .arrays }
}
