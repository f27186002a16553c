public import Basics

/// The Python packages that a model was logged with: what an environment is made of, and named by.
public struct PythonEnvironment: Codable, Sendable, Equatable {
  /// Lines of a requirements file.
  public var requirements: [String]
  /// The version of Python that it was logged with, such as `3.11`; nil where that is not told.
  public var version: String?

  /// Reads what a model's files say.
  ///
  /// - Parameters:
  ///   - requirements: text of its `requirements.txt`.
  ///   - python: text of its `python_env.yaml`.
  public init(requirements: String?, python: String?) {
    var lines = (requirements ?? "").split(whereSeparator: \.isNewline).map(String.init)
      .map { $0.trimming() }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
    // Whatever else the model needs, MLflow loads it.
    if !lines.contains(where: { Self.name(of: $0) == "mlflow" }) { lines.append("mlflow") }
    self.requirements = lines
    let line = (python ?? "").split(whereSeparator: \.isNewline).first { $0.hasPrefix("python:") }
    let numbers = line?.dropFirst("python:".count).split(separator: ".").prefix(2)
      .map { $0.filter(\.isNumber) }
    version = numbers.flatMap { $0.count == 2 ? $0.joined(separator: ".") : nil }
  }

  /// What its folder is called: the same packages are installed once.
  public var hash: String {
    let text = ([PinnedEngine.processor, version ?? "any"] + requirements).joined(separator: "\n")
    return ObjectDigest(of: Array(text.utf8)).hex
  }

  /// Where it lies, made or not.
  public func folder(in home: FactoryHome) -> String { home.environmentsPath + "/" + hash }

  /// The interpreter of the environment, once it is made.
  public func interpreter(in home: FactoryHome) -> String { folder(in: home) + "/bin/python" }

  /// Whether everything is installed.
  public func isReady(in home: FactoryHome) -> Bool {
    FileTree.exists(Self.stamp(of: folder(in: home)))
  }

  /// Written when everything is installed.
  static func stamp(of folder: String) -> String { folder + "/ready" }

  private static func name(of requirement: String) -> Substring {
    requirement.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == "." }
  }
}

extension String {
  fileprivate func trimming() -> String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
