import Basics

/// A requirements file of pip's that says all of an environment by itself.
struct RequirementsFile: Sendable {
  /// Most bytes; a lock file with hashes has some hundred thousand.
  static let mostBytes = 4 << 20

  /// Its bytes.
  let bytes: [UInt8]

  /// Reads the file at an absolute path.
  ///
  /// - Throws: `JobError` with `softwareInvalid` for another kind of file, and for one that names others, whose
  ///   content the environment's name would not hold.
  init(path: String) throws {
    let name = FileTree.name(of: path)
    if let format = Self.otherFormats.first(where: { name.hasSuffix($0) }) {
      throw JobError(
        .softwareInvalid, "\(visible(path)) is a \(format) file, and no requirements file",
        hint: "Write one: `uv export --format requirements-txt`, `uv pip compile` or `pip freeze`.")
    }
    try self.init(try FileTree.read(path, limit: Self.mostBytes), named: path)
  }

  init(_ bytes: [UInt8], named path: String) throws(JobError) {
    self.bytes = bytes
    for (number, line) in String(decoding: bytes, as: UTF8.self)
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
    {
      if let reason = Self.objection(to: line) {
        throw JobError(
          .softwareInvalid, "line \(number + 1) of \(visible(path)) \(reason)",
          hint: "Name packages and versions in this one file, and folders by absolute paths.")
      }
    }
  }

  private static let otherFormats = [".toml", ".lock", ".yml", ".yaml", ".json", ".py", ".cfg"]
  private static let includes = ["-r", "--requirement", "-c", "--constraint", "-e", "--editable"]

  /// Why a line does not say all by itself.
  private static func objection(to line: Substring) -> String? {
    let line = line.drop(while: \.isWhitespace)
    for option in includes where line.hasPrefix(option) {
      let rest = line.dropFirst(option.count)
      // `-rbase.txt` is `-r base.txt`.
      guard option.count == 2 || rest.first.map({ $0.isWhitespace || $0 == "=" }) ?? true else {
        continue
      }
      return "names another file or folder (\(option)), whose content would not be known"
    }
    for option in ["--find-links", "-f"] where line.hasPrefix(option) {
      let place = line.dropFirst(option.count).drop { $0.isWhitespace || $0 == "=" }
      if !place.hasPrefix("/"), !place.contains("://") {
        return "has a relative path, and the environment is made elsewhere"
      }
    }
    if line.hasPrefix("./") || line.hasPrefix("../") || line.contains("@ ./") {
      return "has a relative path, and the environment is made elsewhere"
    }
    return nil
  }
}
