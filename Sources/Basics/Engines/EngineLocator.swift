import Glibc

/// Finds the shared libraries of installed engines.
///
/// Looks in one folder: `AIFACTORY_ENGINES` where it is set (jobs get it in their environment),
/// else `<home>/engines`. Layout: `<engines>/<package>-<version>/<contents of the wheel>`.
public struct EngineLocator: Hashable, Sendable {
  /// The folder that holds a folder for each engine.
  public let folder: String

  /// Looks in `folder` alone.
  public init(folder: String) { self.folder = FileTree.absolute(folder) }

  /// The engines of `home`, unless `AIFACTORY_ENGINES` names another folder.
  public init(home: FactoryHome) {
    if let variable = getenv("AIFACTORY_ENGINES"), variable[0] != 0 {
      self.init(folder: String(cString: variable))
    } else {
      self.init(folder: home.enginesPath)
    }
  }

  /// The engines that a job may use: those of its environment, else those of the default home.
  public static func fromEnvironment() -> EngineLocator {
    EngineLocator(home: FactoryHome.resolve(option: nil))
  }

  /// Whether the pinned version of `engine` is installed.
  public func isInstalled(_ engine: PinnedEngine) -> Bool {
    FileTree.exists(path(of: engine))
  }

  /// The path of the engine's shared library.
  ///
  /// - Throws: `engine_missing` with the command that installs it.
  public func library(_ engine: PinnedEngine) throws(BasicsError) -> String {
    let path = path(of: engine)
    guard FileTree.exists(path) else {
      throw BasicsError(
        .engineMissing, "\(engine.name) \(engine.version) is not installed in \(folder)",
        hint: "run `aifactory engines install` (needs python3 with pip), "
          + "or `aifactory engines install --from DIR` with the wheels in DIR")
    }
    return path
  }

  /// The path of the DuckDB library.
  public func duckdb() throws(BasicsError) -> String { try library(.duckdb) }

  /// The path of the XGBoost library.
  public func xgboost() throws(BasicsError) -> String { try library(.xgboost) }

  /// Names and versions of the pinned engines, for keys of stages: `["duckdb": "2.0.0", …]`.
  public var versions: [String: String] {
    Dictionary(uniqueKeysWithValues: PinnedEngine.all.map { ($0.name, $0.version) })
  }

  private func path(of engine: PinnedEngine) -> String {
    "\(folder)/\(engine.folderName)/\(engine.libraryPath)"
  }
}
