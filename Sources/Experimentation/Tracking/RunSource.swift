/// Where a run came from: who started what, on which machine, out of which working copy.
public struct RunSource: Sendable, Equatable {
  /// A git working copy as it was at the start.
  public struct Git: Sendable, Equatable {
    /// Identifier of the commit.
    public var commit: String
    /// Name of the branch; empty for a detached head.
    public var branch: String
    /// Where it was cloned from; empty where it was not.
    public var repository: String
    /// Whether it differed from the commit.
    public var isDirty: Bool
    /// How it differed, as `git diff` tells it; empty where it did not.
    public var diff: String

    /// Takes every value as it is, but for what the address of a repository tells of its users.
    public init(
      commit: String, branch: String, repository: String, isDirty: Bool, diff: String
    ) {
      self.commit = commit
      self.branch = branch
      self.repository = Self.withoutSecrets(repository)
      self.isDirty = isDirty
      self.diff = diff
    }

    /// An address without the user and the password that may stand before its host.
    private static func withoutSecrets(_ address: String) -> String {
      guard let start = address.firstRange(of: "://") else { return address }
      let rest = address[start.upperBound...]
      let host = rest.prefix { $0 != "/" }
      guard let at = host.lastIndex(of: "@") else { return address }
      return String(address[..<start.upperBound] + rest[host.index(after: at)...])
    }
  }

  /// The file or the program.
  public var name: String
  /// `LOCAL` or `JOB`, MLflow's words.
  public var kind: String
  /// Program and arguments of whoever asked for it; empty where nobody told.
  public var command: [String]
  /// Who started it; empty where nobody told.
  public var user: String
  /// The machine; empty where nobody told.
  public var host: String
  /// The working copy, if the source is in one.
  public var git: Git?

  /// Characters of a difference that are kept.
  public static let longestDiff = 1 << 20
  /// Where the difference lies among the run's artifacts.
  public static let diffArtifact = "source/uncommitted.diff"

  /// Takes every value as it is.
  public init(
    name: String, kind: String = "LOCAL", command: [String] = [], user: String = "",
    host: String = "", git: Git? = nil
  ) {
    self.name = name
    self.kind = kind
    self.command = command
    self.user = user
    self.host = host
    self.git = git
  }

  /// What is known, as tags of the run.
  public var tags: [String: String] {
    var tags = [
      RunTagKey.sourceName: name, RunTagKey.sourceType: kind, RunTagKey.user: user,
      RunTagKey.host: host, RunTagKey.command: ShellWords.joined(command),
    ]
    if let git {
      tags[RunTagKey.gitCommit] = git.commit
      tags[RunTagKey.gitBranch] = git.branch
      tags[RunTagKey.gitRepository] = git.repository
      tags[RunTagKey.gitDirty] = git.isDirty ? "True" : "False"
    }
    return RunText.tags(tags.filter { !$0.value.isEmpty })
  }
}

/// Words of a command as a shell would take them.
public enum ShellWords {
  /// One line; words with other than plain characters are quoted.
  public static func joined(_ words: [String]) -> String {
    words.map { word in
      let isPlain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./=:,+@%".contains($0) }
      return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: #"'\''"#))'"
    }.joined(separator: " ")
  }
}
