/// A value of one parameter.
public enum ParameterValue: Sendable, Hashable, Codable {
  case float(Double)
  case int(Int)
  case category(String)

  /// The value as text: numbers in their shortest exact form.
  public var text: String {
    switch self {
    case .float(let number): return number.description
    case .int(let number): return number.description
    case .category(let word): return word
    }
  }
}

/// Values of a search space's active parameters.
public struct SearchPoint: Sendable, Hashable, Codable {
  /// By parameter name.
  public private(set) var values: [String: ParameterValue]

  /// Takes the values unchecked.
  public init(_ values: [String: ParameterValue] = [:]) { self.values = values }

  /// The value of a parameter; nil where it is inactive.
  public subscript(name: String) -> ParameterValue? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// The number of a float or int parameter; nil where it is inactive or a word.
  public func number(_ name: String) -> Double? {
    switch values[name] {
    case .float(let number): return number
    case .int(let number): return Double(number)
    case .category, nil: return nil
    }
  }

  /// The word of a categorical parameter; nil where it is inactive or a number.
  public func word(_ name: String) -> String? {
    guard case .category(let word) = values[name] else { return nil }
    return word
  }

  /// All values as text, by name.
  public var texts: [String: String] { values.mapValues(\.text) }
}
