/// The values of most trials: a few hopeless ones would press all others to one line.
public struct UsualValues: Sendable {
  /// From the least to the largest that is shown.
  public let range: ClosedRange<Double>
  /// How many of the worst are not shown.
  public let leftOut: Int

  /// The worst tenth makes an axis at most so many times as long as all others need.
  private static let mostStretch = 3.0

  /// Takes finite values; nil where there are none.
  public init?(_ values: [Double], isSmallGood: Bool) {
    let sorted = values.sorted()
    guard let low = sorted.first, let high = sorted.last else { return nil }
    let bound = Quantile.of(sorted: sorted, at: isSmallGood ? 0.9 : 0.1)
    let scale = Scale.telling([low, high], isTight: true)
    let cut = scale.share(bound)
    let kept = isSmallGood ? cut : 1 - cut
    guard kept > 0, kept * Self.mostStretch < 1 else {
      (range, leftOut) = (low...high, 0)
      return
    }
    range = isSmallGood ? low...max(low, bound) : min(bound, high)...high
    leftOut = sorted.count { isSmallGood ? $0 > bound : $0 < bound }
  }

  /// Whether the values need a logarithmic axis: all are positive, over more than three orders of magnitude.
  public var isSpread: Bool { Scale.isSpread([range.lowerBound, range.upperBound]) }

  /// What is not shown, as a sentence; empty where all is.
  public var note: String {
    switch leftOut {
    case 0: ""
    case 1: " The worst trial is left out."
    default: " The worst \(NumberText.grouped(leftOut)) are left out."
    }
  }
}
