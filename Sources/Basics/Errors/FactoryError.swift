/// An error on which a person can act.
public protocol FactoryError: Error, Sendable, CustomStringConvertible {
  associatedtype Code: RawRepresentable<String> & Sendable
  /// A stable word of the API; once released it is never renamed.
  var code: Code { get }
  /// What happened, with the values that mattered.
  var message: String { get }
  /// What the reader can do next.
  var hint: String? { get }
}

extension FactoryError {
  /// The code and the message in one line.
  public var description: String { "\(code.rawValue): \(message)" }
}
