public import Basics

/// Values of a search space's active parameters.
public struct SearchPoint: Sendable, Hashable {
  /// By parameter name.
  public private(set) var values: [String: ParameterValue]

  /// Takes the values unchecked.
  public init(_ values: [String: ParameterValue] = [:]) { self.values = values }

  /// The value of a parameter; nil where it is inactive.
  public subscript(name: String) -> ParameterValue? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// The number of a float, int or boolean parameter; nil where it is inactive or a word.
  public func number(_ name: String) -> Double? { values[name]?.number }

  /// The word of a categorical or ordinal parameter; nil where it is inactive or something else.
  public func word(_ name: String) -> String? {
    guard case .category(let word) = values[name] else { return nil }
    return word
  }

  /// The value of a boolean parameter; nil where it is inactive or something else.
  public func flag(_ name: String) -> Bool? {
    guard case .bool(let flag) = values[name] else { return nil }
    return flag
  }

  /// All values as text, by name.
  public var texts: [String: String] { values.mapValues(\.text) }

  /// Whether the point gives each value of `part`.
  public func includes(_ part: SearchPoint) -> Bool {
    part.values.allSatisfy { values[$0.key] == $0.value }
  }

  /// All values as a JSON object, sorted by name.
  public var json: JSONValue {
    .object(values.sorted { $0.key < $1.key }.map { JSONMember($0.key, $0.value.json) })
  }

  /// The values of a JSON object, of which those that are no single value are left out.
  public init(json: JSONValue) {
    self.init()
    for member in json.objectValue ?? [] { self[member.key] = ParameterValue(json: member.value) }
  }
}

extension SearchSpace {
  /// The values of a point that came as JSON, as text: a float stays one where JSON writes it whole.
  public func texts(of json: JSONValue) -> [String: String] {
    exact(SearchPoint(json: json)).texts
  }
}
