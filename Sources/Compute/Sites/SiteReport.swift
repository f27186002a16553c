public import Basics

/// What a trial of a site showed, in words for the person who set it up.
public struct SiteReport: Sendable, Equatable {
  /// One part that was looked at.
  public struct Check: Sendable, Equatable {
    /// How it came out.
    public enum Verdict: String, Sendable, CaseIterable {
      case works, fails
      /// Worth knowing; jobs run without it.
      case note
    }

    /// What was looked at, in one word.
    public var name: String
    /// How it came out.
    public var verdict: Verdict
    /// What was seen.
    public var words: String
    /// What to do, or to tell the site's help desk.
    public var hint: String?
  }

  /// Name of the site.
  public var site: String
  /// In the order in which one needs the other.
  public var checks: [Check] = []
  /// The probe job, if it came so far.
  public var job: Identifier<Job>?

  /// Whether jobs run there.
  public var works: Bool { !checks.contains { $0.verdict == .fails } }

  mutating func add(
    _ name: String, _ verdict: Check.Verdict, _ words: String, hint: String? = nil
  ) {
    checks.append(Check(name: name, verdict: verdict, words: words, hint: hint))
  }
}
