public import Basics
import Glibc

/// A folder of its own for a test, removed with the value.
public final class TemporaryFolder: Sendable {
  /// Absolute path of the folder.
  public let path: String

  /// Creates the folder.
  public init() throws {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    path = "\(parent)/aifactory-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    try FileTree.createFolder(path)
  }

  deinit {
    // A folder that cannot be removed is left to the system's own cleaning.
    try? FileTree.remove(path)
  }

  /// The path of `name` in the folder; nothing is created.
  public func path(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file (and the folders above it) and returns its path.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    try write(Array(text.utf8), to: name)
  }

  /// Writes a file (and the folders above it) and returns its path.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) throws -> String {
    let path = path(name)
    try FileTree.createFolder(FileTree.folder(of: path))
    let file = try OpenFile(path, for: .replacing)
    try file.write(bytes)
    return path
  }

  /// The content of a file as text.
  public func text(_ name: String) throws -> String {
    String(decoding: try FileTree.read(path(name)), as: UTF8.self)
  }

  /// An object store in the folder.
  public var objects: ObjectStore { ObjectStore(root: path("objects")) }
}
