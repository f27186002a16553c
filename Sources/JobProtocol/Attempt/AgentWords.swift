/// What an agent prints where its site keeps the output of what started it.
public enum AgentWords {
  /// Said by an agent that was started for an attempt which another one had taken.
  public static let taken = "another agent has taken the attempt"
}
