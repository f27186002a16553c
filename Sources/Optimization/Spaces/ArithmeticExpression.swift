import Foundation

/// Arithmetic over parameters: numbers, names, `+ - * / ^`, parentheses and a few functions.
///
/// Nothing else can be written, so that a space from a stranger's file is harmless.
indirect enum ArithmeticExpression: Sendable {
  enum Function: String, CaseIterable {
    case abs, min, max, log, exp, sqrt

    func value(_ numbers: [Double]) -> Double {
      switch self {
      case .abs: return Swift.abs(numbers[0])
      case .min: return numbers.dropFirst().reduce(numbers[0], Swift.min)
      case .max: return numbers.dropFirst().reduce(numbers[0], Swift.max)
      case .log: return Foundation.log(numbers[0])
      case .exp: return Foundation.exp(numbers[0])
      case .sqrt: return numbers[0].squareRoot()
      }
    }

    /// How many numbers it takes.
    var arity: ClosedRange<Int> {
      switch self {
      case .abs, .log, .exp, .sqrt: return 1...1
      case .min, .max: return 2...16
      }
    }
  }

  enum Operation: Character {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case power = "^"

    func value(_ left: Double, _ right: Double) -> Double {
      switch self {
      case .add: return left + right
      case .subtract: return left - right
      case .multiply: return left * right
      case .divide: return left / right
      case .power: return pow(left, right)
      }
    }
  }

  case number(Double)
  case name(String)
  case operation(ArithmeticExpression, Operation, ArithmeticExpression)
  case function(Function, [ArithmeticExpression])

  /// Names of the parameters in it.
  var names: Set<String> {
    switch self {
    case .number: return []
    case .name(let name): return [name]
    case .operation(let left, _, let right): return left.names.union(right.names)
    case .function(_, let inputs): return inputs.reduce(into: []) { $0.formUnion($1.names) }
    }
  }

  /// The number at a point; nil where a parameter is inactive.
  func value(at point: SearchPoint) -> Double? {
    switch self {
    case .number(let number): return number
    case .name(let name): return point.number(name)
    case .operation(let left, let operation, let right):
      guard let left = left.value(at: point), let right = right.value(at: point) else { return nil }
      return operation.value(left, right)
    case .function(let function, let inputs):
      var numbers: [Double] = []
      for input in inputs {
        guard let number = input.value(at: point) else { return nil }
        numbers.append(number)
      }
      return function.value(numbers)
    }
  }
}
