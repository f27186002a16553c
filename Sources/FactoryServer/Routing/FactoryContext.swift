public import Basics
import Experimentation
public import Hummingbird

/// Who calls, as the token told.
public struct Caller: Sendable, Equatable {
  /// The project that the token belongs to.
  public var project: String
  /// The run whose job calls; such a caller may use MLflow's API alone.
  public var run: String?
  /// The same with its job, once that is found.
  var work: WorkingRun?

  /// The person who owns the home folder.
  public static let owner = Caller(project: "default")
}

/// What travels with one request.
public struct FactoryContext: RequestContext {
  /// What the router needs.
  public var coreContext: CoreRequestContextStorage
  /// Set before the handler of a route that is not open runs.
  public var caller: Caller?

  /// Joins the parts.
  public init(source: Source) {
    coreContext = .init(source: source)
  }

  /// The project that the request is about.
  public var project: String { (caller ?? .owner).project }

  /// A part of the path that the route names, such as `name` of `/models/{name}`.
  public func parameter(_ name: String) throws -> String {
    guard let text = parameters.get(name)?.removingURLPercentEncoding() else {
      throw ServerError(.badRequest, "The path lacks its part '\(name)'.")
    }
    return text
  }

  /// What `**` at the end of the route's path stands for, decoded.
  ///
  /// Bytes that are no UTF-8 become U+FFFD: MLflow's client sends the name `100%accuracy.png` as it
  /// is, of which `%ac` is read as such a byte.
  public func lenientRestOfPath() -> String {
    parameters.getCatchAll().map { part in
      String(part).removingURLPercentEncoding() ?? Self.decoded(part)
    }.joined(separator: "/")
  }

  private static func decoded(_ part: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(part.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"),
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
        rest.count >= 2
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What `**` at the end of the route's path stands for, decoded.
  public func restOfPath() throws -> String {
    try parameters.getCatchAll().map { part in
      guard let text = String(part).removingURLPercentEncoding() else {
        throw ServerError(.badRequest, "The path is not UTF-8 in percent encoding.")
      }
      return text
    }.joined(separator: "/")
  }

  /// An identifier in the path; one of another shape names nothing and answers 404.
  public func identifier<Entity: Identified>(
    _ name: String, of type: Entity.Type = Entity.self
  ) throws -> Identifier<Entity> {
    let text = try parameter(name)
    guard let identifier = Identifier<Entity>(text) else {
      throw ServerError(
        .notFound,
        "There is no '\(text)': an identifier here starts with '\(Entity.identifierPrefix)'.")
    }
    return identifier
  }
}

extension String {
  fileprivate func removingURLPercentEncoding() -> String? {
    guard utf8.contains(UInt8(ascii: "%")) else { return self }
    var bytes: [UInt8] = []
    var rest = utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
