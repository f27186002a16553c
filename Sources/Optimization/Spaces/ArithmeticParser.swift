/// Reads arithmetic by recursive descent; each method reads one level of precedence.
struct ArithmeticParser {
  private let text: String
  private var rest: Substring
  private var depth = 0
  /// Parentheses within each other.
  private static let deepest = 32

  init(_ text: String) {
    self.text = text
    rest = text[...]
  }

  var isAtEnd: Bool {
    mutating get {
      skipSpace()
      return rest.isEmpty
    }
  }

  mutating func takeComparison() -> Constraint.Comparison? {
    skipSpace()
    for comparison in Constraint.Comparison.allCases where rest.hasPrefix(comparison.rawValue) {
      rest.removeFirst(comparison.rawValue.count)
      return comparison
    }
    return nil
  }

  /// Terms joined by + and -.
  mutating func sum() throws(OptimizationError) -> ArithmeticExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw error("fewer parentheses within each other") }
    var result = try product()
    while let sign = take("+", "-") { result = .operation(result, sign, try product()) }
    return result
  }

  /// Factors joined by * and /.
  private mutating func product() throws(OptimizationError) -> ArithmeticExpression {
    var result = try signed()
    while let sign = take("*", "/") { result = .operation(result, sign, try signed()) }
    return result
  }

  /// A power with signs before it.
  private mutating func signed() throws(OptimizationError) -> ArithmeticExpression {
    var isNegative = false
    while let sign = take("+", "-") { if sign == .subtract { isNegative.toggle() } }
    let value = try power()
    return isNegative ? .operation(.number(0), .subtract, value) : value
  }

  /// An atom, perhaps to a power; `2 ^ 3 ^ 2` is `2 ^ (3 ^ 2)`.
  private mutating func power() throws(OptimizationError) -> ArithmeticExpression {
    let base = try atom()
    guard take("^") != nil else { return base }
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw error("fewer powers of powers") }
    return .operation(base, .power, try signed())
  }

  private mutating func atom() throws(OptimizationError) -> ArithmeticExpression {
    skipSpace()
    guard let first = rest.first else { throw error("a number or the name of a parameter") }
    if first == "(" {
      rest.removeFirst()
      let inner = try sum()
      try close()
      return inner
    }
    if first.isASCII, first.isNumber || first == "." { return try number() }
    guard first.isLetter || first == "_" else {
      throw error("a number or the name of a parameter")
    }
    let name = String(rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." })
    rest.removeFirst(name.count)
    skipSpace()
    guard rest.first == "(" else { return .name(name) }
    return try call(name)
  }

  private mutating func number() throws(OptimizationError) -> ArithmeticExpression {
    var digits = ""
    for character in rest {
      let isExponentSign = (character == "-" || character == "+") && digits.last == "e"
      guard character.isASCII,
        character.isNumber || character == "." || character == "e" || isExponentSign
      else { break }
      digits.append(character)
    }
    guard let number = Double(digits), number.isFinite else { throw error("a number") }
    rest.removeFirst(digits.count)
    return .number(number)
  }

  private mutating func call(_ name: String) throws(OptimizationError) -> ArithmeticExpression {
    guard let function = ArithmeticExpression.Function(rawValue: name) else {
      let words = ArithmeticExpression.Function.allCases.map(\.rawValue).joined(separator: ", ")
      throw error("a function (\(words))")
    }
    rest.removeFirst()
    var inputs = [try sum()]
    while takes(",") { inputs.append(try sum()) }
    try close()
    guard function.arity.contains(inputs.count) else {
      throw error("\(function.arity.lowerBound) inputs of \(name)")
    }
    return .function(function, inputs)
  }

  private mutating func close() throws(OptimizationError) {
    guard takes(")") else { throw error("a closing parenthesis") }
  }

  private mutating func takes(_ character: Character) -> Bool {
    skipSpace()
    guard rest.first == character else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func take(_ signs: Character...) -> ArithmeticExpression.Operation? {
    skipSpace()
    guard let first = rest.first, signs.contains(first) else { return nil }
    rest.removeFirst()
    return ArithmeticExpression.Operation(rawValue: first)
  }

  private mutating func skipSpace() { rest = rest.drop(while: \.isWhitespace) }

  /// An error at the place that was reached.
  func error(_ expected: String) -> OptimizationError {
    let place = rest.isEmpty ? "its end" : "'\(rest.prefix(20))'"
    return OptimizationError(
      code: .invalidSpace, message: "the constraint '\(text)': expected \(expected) at \(place)",
      hint: "write an inequality such as 'depth * width <= 4096'")
  }
}
