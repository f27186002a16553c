import Glibc

/// The folder that holds everything of one factory, and where in it each part lies.
public struct FactoryHome: Hashable, Sendable {
  /// Absolute path of the folder.
  public let path: String

  /// The home at `path`, seen from the working folder.
  public init(path: String) {
    var path = FileTree.absolute(path)
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
  }

  /// The home that a command works on: its `--home`, else `AIFACTORY_HOME`, else `~/.aifactory`.
  public static func resolve(option: String?) -> FactoryHome {
    if let option, !option.isEmpty { return FactoryHome(path: option) }
    if let variable = getenv("AIFACTORY_HOME"), variable[0] != 0 {
      return FactoryHome(path: String(cString: variable))
    }
    return FactoryHome(path: "~/.aifactory")
  }

  /// The database.
  public var ledgerPath: String { path + "/factory.sqlite" }
  /// Content-addressed files; see `ObjectStore`.
  public var objectsPath: String { path + "/objects" }
  /// Installed engines; see `EngineLocator`.
  public var enginesPath: String { path + "/engines" }
  /// Folders of jobs on the local site.
  public var jobsPath: String { path + "/jobs" }
  /// Journals of studies that workers share, a folder for each.
  public var studiesPath: String { path + "/" + Self.studiesName }
  static let studiesName = "studies"
  /// Environments of commands, a folder for the hash of each.
  public var environmentsPath: String { path + "/environments" }
  /// Archives of jobs' code, made of objects when one is needed.
  public var codePath: String { path + "/code" }
  /// Stored folders as jobs of this machine find them, each under the digest of its manifest.
  public var dataPath: String { path + "/data" }
  /// Where the running server is and how to speak to it; see `ServerFile`.
  public var serverFilePath: String { path + "/server.json" }
  /// Held exclusively by the one server of this home.
  public var lockPath: String { path + "/lock" }
  /// Folder of the data plane: `routes.json`, `sockets/`, `predictions/`.
  public var gatewayPath: String { path + "/gateway" }
  /// Folder for half-done work on this file system, emptied by a starting server.
  public var temporaryPath: String { path + "/tmp" }
  /// Output of a server that was started in the background.
  public var serverLogPath: String { path + "/serve.log" }

  /// The content-addressed files of this home.
  public var objects: ObjectStore { ObjectStore(root: objectsPath) }
  /// The engines of this home, unless `AIFACTORY_ENGINES` names another folder.
  public var engines: EngineLocator { EngineLocator(home: self) }

  /// Creates the folders that are missing, readable by their owner alone.
  public func prepare() throws(BasicsError) {
    for folder in [path, objectsPath, enginesPath, jobsPath, gatewayPath, temporaryPath] {
      try FileTree.createFolder(folder, mode: 0o700)
    }
  }
}
