/// What the host of an allocation is told: one line of its orders.
///
/// The server appends lines and the host reads on, so that both may begin again at any time.
public struct AllocationOrder: Equatable, Sendable {
  /// What becomes of the attempt.
  public enum Verb: String, Sendable, CaseIterable {
    /// Its agent starts as soon as there is a place.
    case run
    /// Its agent is told to stop; one that waits for a place never starts.
    case stop
    /// Its agent and whatever that has started are killed.
    case kill
  }

  /// What to do.
  public var verb: Verb
  /// Folder of the attempt, as the nodes see it.
  public var folder: String

  /// Makes an order.
  public init(_ verb: Verb, _ folder: String) {
    self.verb = verb
    self.folder = folder
  }

  /// The order of a line without its end; nil where it says something else.
  public init?(_ line: some StringProtocol) {
    guard let blank = line.firstIndex(of: " "), let verb = Verb(rawValue: String(line[..<blank]))
    else { return nil }
    self.init(verb, String(line[line.index(after: blank)...]))
  }

  /// The line.
  public var text: String { "\(verb.rawValue) \(folder)\n" }
}
