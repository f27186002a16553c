/// The exclusive right to serve a home: the lock of `<home>/lock`.
public final class HomeLock: Sendable {
  private let lock: FileLock

  /// Takes the lock.
  ///
  /// - Throws: `home_in_use` where another process holds it.
  public init(_ home: FactoryHome) throws(BasicsError) {
    try FileTree.createFolder(home.path)
    guard let lock = try FileLock.take(home.lockPath) else {
      throw BasicsError(
        .homeInUse, "a server already runs on \(home.path)",
        hint: "use it, end it with `aifactory stop`, or choose another folder with --home")
    }
    self.lock = lock
  }

  /// Whether some process serves this home now.
  public static func isHeld(_ home: FactoryHome) -> Bool { FileLock.isHeld(home.lockPath) }
}
