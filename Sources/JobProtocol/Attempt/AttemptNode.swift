/// One of the nodes on which an attempt runs at once.
public struct AttemptNode: Hashable, Sendable {
  /// From 0, which is where the others meet.
  public var index: Int
  /// How many there are.
  public var count: Int

  /// Takes every value as it is.
  public init(index: Int, count: Int) {
    self.index = index
    self.count = count
  }
}
