import Glibc

/// Makes a home of a backup, with every byte compared with its hash.
public struct HomeRestore: Sendable {
  private let home: FactoryHome

  /// Restores into `home`, which must not hold a ledger.
  public init(_ home: FactoryHome) { self.home = home }

  /// Unpacks the backup; blocks.
  ///
  /// The ledger gets its name last: before that, the home is not one, and a restore that was
  /// interrupted is simply run again.
  ///
  /// - Throws: `restore_refused` where the home holds a ledger, `home_in_use`, and
  ///   `backup_invalid` for files that are no complete backup.
  public func read(from path: String) throws -> BackupManifest {
    let lock = try HomeLock(home)
    defer { withExtendedLifetime(lock) {} }
    guard !FileTree.exists(home.ledgerPath) else {
      throw BasicsError(
        .restoreRefused, "\(home.path) holds a factory already",
        hint: "restore into an empty folder with --home DIR")
    }
    try home.prepare()
    let staging = "\(home.temporaryPath)/restore-\(getpid())"
    try FileTree.remove(staging)
    try FileTree.createFolder(staging)
    do {
      let manifest = try unpack(path, staging)
      try FileTree.remove(staging)
      return manifest
    } catch {
      // The first error is the one to report.
      try? FileTree.remove(staging)
      throw error
    }
  }

  private func unpack(_ path: String, _ staging: String) throws -> BackupManifest {
    var tar = try TarReader(FileTree.absolute(path))
    var found: [String: BackupManifest.File] = [:]
    var objectCount = 0
    var manifest: BackupManifest?
    while let header = try tar.next() {
      guard manifest == nil else { throw TarHeader.damaged("it goes on after its description") }
      if header.name == BackupManifest.name {
        manifest = try BackupManifest(encoded: tar.content(limit: 256 << 20))
      } else if header.name.hasPrefix("objects/") {
        try restoreObject(header, &tar)
        objectCount += 1
      } else if header.name == BackupManifest.ledgerName
        || header.name.hasPrefix(HomeBackup.predictionsName + "/")
        || header.name.hasPrefix(FactoryHome.studiesName + "/")
      {
        found[header.name] = try restoreFile(header, &tar, staging)
      } else {
        throw TarHeader.damaged("it has the unknown file \(visible(header.name))")
      }
    }
    guard let manifest else { throw TarHeader.damaged("it ends too early") }
    guard manifest.objectCount == objectCount,
      found.count == manifest.files.count + 1,
      (manifest.files + [manifest.ledger]).allSatisfy({ found[$0.path] == $0 })
    else { throw TarHeader.damaged("its files are not those of its description") }
    try LedgerSnapshot.check(staging + "/" + BackupManifest.ledgerName)
    try putInPlace(manifest, staging)
    return manifest
  }

  private func restoreObject(
    _ header: TarHeader, _ tar: inout TarReader
  ) throws(BasicsError) {
    let writer = try home.objects.writer()
    while let chunk = try tar.chunk() { try writer.write(chunk) }
    // Hashed before it is taken over: a damaged one never gets a name.
    guard let wanted = ObjectDigest(hex: FileTree.name(of: header.name)),
      try writer.finish(expecting: wanted)
    else {
      throw TarHeader.damaged("the bytes of \(visible(header.name)) are not those of its name")
    }
  }

  private func restoreFile(
    _ header: TarHeader, _ tar: inout TarReader, _ staging: String
  ) throws(BasicsError) -> BackupManifest.File {
    let path = try safePath(header.name, in: staging)
    try FileTree.createFolder(FileTree.folder(of: path))
    let file = try OpenFile(path, for: .creating)
    var hasher = ObjectHasher()
    while let chunk = try tar.chunk() {
      hasher.update(chunk)
      try file.write(chunk)
    }
    try file.synchronize()
    return .init(path: header.name, sha256: hasher.finalize(), bytes: header.bytes)
  }

  private func putInPlace(
    _ manifest: BackupManifest, _ staging: String
  ) throws(BasicsError) {
    for file in manifest.files {
      let target = try safePath(file.path, in: home.path)
      try FileTree.createFolder(FileTree.folder(of: target))
      try FileTree.rename(try safePath(file.path, in: staging), to: target)
      try FileTree.synchronizeFolder(FileTree.folder(of: target))
    }
    try FileTree.rename(staging + "/" + BackupManifest.ledgerName, to: home.ledgerPath)
    try FileTree.synchronizeFolder(home.path)
  }
}
