/// Who asks for work, and out of which working copy: what programs tell with what they submit.
public struct SourceWire: Codable, Sendable, Equatable {
  /// A git working copy as it is now.
  public struct Git: Codable, Sendable, Equatable {
    /// Identifier of the commit.
    public var commit: String
    /// Name of the branch; empty for a detached head.
    public var branch: String?
    /// Where it was cloned from.
    public var repository: String?
    /// Whether it differs from the commit.
    public var dirty: Bool
    /// How it differs, as `git diff` tells it; at most a million characters are kept.
    public var diff: String?

    /// Takes every value as it is.
    public init(
      commit: String, branch: String?, repository: String?, dirty: Bool, diff: String?
    ) {
      self.commit = commit
      self.branch = branch
      self.repository = repository
      self.dirty = dirty
      self.diff = diff
    }
  }

  /// The command line that asks for the work.
  public var command: [String]?
  /// Who asks.
  public var user: String?
  /// The machine on which it is asked for.
  public var host: String?
  /// The working copy, if there is one.
  public var git: Git?

  /// Takes every value as it is.
  public init(
    command: [String]? = nil, user: String? = nil, host: String? = nil, git: Git? = nil
  ) {
    self.command = command
    self.user = user
    self.host = host
    self.git = git
  }
}
