/// What a caller must be allowed to do before a route answers.
public enum Permission: Sendable, Hashable, CaseIterable {
  /// Anyone may ask: says nothing about anybody's data.
  case open
  /// Look at the project's things.
  case read
  /// Create, change or end the project's things.
  case write
}
