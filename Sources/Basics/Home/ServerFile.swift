import Foundation

/// `server.json`: where the running server is, and the local owner's token.
///
/// It is replaced in one step and readable by its owner alone (mode 0600): the token in it is the
/// only one that is kept in plain text.
public struct ServerFile: Codable, Equatable, Sendable {
  /// Base address of the control plane, such as `http://127.0.0.1:8420`.
  public var url: String
  /// Base address of the data plane.
  public var gateway: String
  /// The name of the machine.
  public var host: String
  /// The process of the control plane; 0 once `stop` has ended all that it had started.
  public var pid: Int32
  /// The version of the program that serves.
  public var version: String
  /// The local owner's token.
  public var token: String

  /// Describes a running server.
  public init(
    url: String, gateway: String, host: String, pid: Int32, version: String, token: String
  ) {
    self.url = url
    self.gateway = gateway
    self.host = host
    self.pid = pid
    self.version = version
    self.token = token
  }

  /// Reads the file of `home`; nil when there is none.
  public static func read(_ home: FactoryHome) throws(BasicsError) -> ServerFile? {
    guard FileTree.exists(home.serverFilePath) else { return nil }
    let bytes = try FileTree.read(home.serverFilePath, limit: 1 << 20)
    do {
      return try JSONDecoder().decode(ServerFile.self, from: Data(bytes))
    } catch {
      throw BasicsError(
        .serverFileInvalid, "\(home.serverFilePath) is not a server file",
        hint: "end the server with `aifactory stop`, remove the file and start the server again")
    }
  }

  /// The file of the server that serves `home` now; nil where none does, or not yet.
  ///
  /// A server that was killed leaves its file behind, and another program may listen there by now:
  /// only the file of the process that has the lock counts.
  public static func running(_ home: FactoryHome) throws(BasicsError) -> ServerFile? {
    guard let holder = FileLock.holder(home.lockPath), let file = try read(home),
      file.pid == holder
    else { return nil }
    return file
  }

  /// Writes the file of `home`.
  public func write(_ home: FactoryHome) throws(BasicsError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let bytes: Data
    do {
      bytes = try encoder.encode(self)
    } catch {
      throw BasicsError(.serverFileInvalid, "the server's address cannot be written: \(error)")
    }
    try FileTree.write(Array(bytes) + [0x0A], to: home.serverFilePath, mode: 0o600)
  }

  /// Removes the file of `home`.
  public static func remove(_ home: FactoryHome) throws(BasicsError) {
    try FileTree.remove(home.serverFilePath)
  }
}
