import Basics
import Foundation

/// An inequality between parameters, such as `depth * width <= 4096`.
///
/// It holds where a parameter that it names is inactive, and fails where its sides are not numbers.
public struct Constraint: Sendable, Equatable {
  enum Comparison: String, CaseIterable {
    // Longer signs first: `<` begins `<=`.
    case atMost = "<="
    case atLeast = ">="
    case equal = "=="
    case differs = "!="
    case below = "<"
    case above = ">"

    func holds(_ left: Double, _ right: Double) -> Bool {
      switch self {
      case .atMost: return left <= right
      case .atLeast: return left >= right
      case .equal: return left == right
      case .differs: return left != right && !left.isNaN && !right.isNaN
      case .below: return left < right
      case .above: return left > right
      }
    }
  }

  /// Most bytes of one: expressions are walked by recursion, and come from strangers.
  static let longest = 4_000

  /// As it was written.
  public let text: String
  private let left: ArithmeticExpression
  private let comparison: Comparison
  private let right: ArithmeticExpression

  /// Reads `EXPRESSION <= EXPRESSION` (or >=, <, >, ==, !=); see `ArithmeticExpression`.
  public init(parsing text: String) throws(OptimizationError) {
    guard text.utf8.count <= Self.longest else {
      throw OptimizationError(
        code: .invalidSpace,
        message: "a constraint has \(text.utf8.count) bytes, more than \(Self.longest): "
          + "'\(text.prefix(20))…'",
        hint: "write several constraints; all of them must hold")
    }
    var parser = ArithmeticParser(text)
    left = try parser.sum()
    guard let comparison = parser.takeComparison() else {
      throw parser.error("a comparison (<=, >=, <, >, == or !=)")
    }
    self.comparison = comparison
    right = try parser.sum()
    guard parser.isAtEnd else { throw parser.error("the end") }
    self.text = text
  }

  /// Names of the parameters in it.
  public var names: Set<String> { left.names.union(right.names) }

  /// Whether it holds at a point.
  public func holds(at point: SearchPoint) -> Bool {
    guard let sides = sides(at: point) else { return true }
    return comparison.holds(sides.left, sides.right)
  }

  /// What its sides are; nil where a parameter is inactive.
  func sides(at point: SearchPoint) -> (left: Double, right: Double)? {
    guard let left = left.value(at: point), let right = right.value(at: point) else { return nil }
    return (left, right)
  }

  /// How far it is from holding, on a logarithmic scale; 0 where it holds.
  func excess(at point: SearchPoint) -> Double {
    guard !holds(at: point), let sides = sides(at: point) else { return 0 }
    let distance = abs(sides.left - sides.right)
    return distance.isNaN ? .infinity : max(log1p(distance), .leastNormalMagnitude)
  }

  func check(_ space: [SearchParameter]) throws(OptimizationError) {
    for name in names.sorted() {
      guard let parameter = space.first(where: { $0.name == name }) else {
        throw OptimizationError(
          code: .invalidSpace,
          message: "the constraint \(text) names \(name), which is no parameter",
          hint: nearestWord(to: name, among: space.map(\.name)).map { "did you mean \($0)?" })
      }
      switch parameter.domain {
      case .float, .steps, .int, .boolean: continue
      case .categorical, .ordinal:
        throw OptimizationError(
          code: .invalidSpace, message: "the constraint \(text) names \(name), which is a word",
          hint: "list combinations of words that must not occur as forbidden ones")
      }
    }
  }

  /// Equal when written alike.
  public static func == (left: Constraint, right: Constraint) -> Bool { left.text == right.text }
}
