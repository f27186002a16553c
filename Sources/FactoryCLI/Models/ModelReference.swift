internal import API
internal import ArgumentParser

/// How a person names a model version: `NAME`, `NAME:3` or `NAME@champion`.
struct ModelReference: ExpressibleByArgument {
  var name: String
  /// Nil with an alias, and for the newest.
  var version: Int?
  var alias: String?

  init(name: String, version: Int) {
    self.name = name
    self.version = version
  }

  init?(argument: String) {
    if let at = argument.lastIndex(of: "@") {
      alias = String(argument[argument.index(after: at)...])
      name = String(argument[..<at])
    } else if let colon = argument.lastIndex(of: ":") {
      guard let number = Int(argument[argument.index(after: colon)...]), number > 0 else {
        return nil
      }
      version = number
      name = String(argument[..<colon])
    } else {
      name = argument
    }
    guard !name.isEmpty, alias != "" else { return nil }
  }

  /// The version's place among the server's routes.
  var path: String {
    let word = alias.map { "@" + $0 } ?? version.map { "\($0)" } ?? "latest"
    return "/api/v1/models/\(FactoryClient.escaped(name))/versions/\(FactoryClient.escaped(word))"
  }
}
