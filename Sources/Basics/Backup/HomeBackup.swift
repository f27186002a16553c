import Glibc

/// Makes one file of everything that a home must not lose.
///
/// That is the ledger, the objects, the recorded predictions and the journals of studies; engines, environments and the
/// folders of jobs are left out. An uncompressed tar archive: the ledger first, then the objects, last `backup.json`, whose
/// presence says that the backup is complete.
public struct HomeBackup: Sendable {
  private let home: FactoryHome

  /// Backs up `home`.
  public init(_ home: FactoryHome) { self.home = home }

  /// Writes the backup; the server may serve meanwhile, jobs may run.
  ///
  /// The ledger is a snapshot of one moment, and objects are durable before the ledger names them:
  /// every object that the snapshot names is in the backup. The file gets its name when it is
  /// complete and on disk. Blocks.
  ///
  /// - Parameters:
  ///   - path: where the file goes; one that is there is not replaced.
  ///   - program: the program's version.
  ///   - nowMs: the time, in milliseconds since 1970.
  /// - Throws: also `object_damaged`, when an object does not hold the bytes of its name.
  public func write(
    to path: String, program: String, nowMs: Int64
  ) throws -> (manifest: BackupManifest, bytes: Int64) {
    let path = FileTree.absolute(path)
    guard !FileTree.exists(path) else {
      throw BasicsError(
        .fileUnwritable, "\(path) is there already", hint: "choose another name for the backup")
    }
    guard FileTree.exists(home.ledgerPath) else {
      throw BasicsError(
        .fileUnreadable, "\(home.path) holds no ledger, so there is nothing to back up",
        hint: "name the home with --home")
    }
    let partial = "\(path).\(getpid())-\(UInt64.random(in: 0...UInt64.max)).partial"
    do {
      let result = try writeArchive(to: partial, program: program, nowMs: nowMs)
      guard link(partial, path) == 0 || renamedWithoutLink(partial, path) else {
        throw BasicsError.writing(path, errno)
      }
      try FileTree.remove(partial)
      try FileTree.synchronizeFolder(FileTree.folder(of: path))
      return result
    } catch {
      unlink(partial)
      throw error
    }
  }

  /// For file systems without hard links: a plain rename.
  private func renamedWithoutLink(_ partial: String, _ path: String) -> Bool {
    guard errno == EPERM || errno == ENOTSUP, !FileTree.exists(path) else { return false }
    return rename(partial, path) == 0
  }

  private func writeArchive(
    to path: String, program: String, nowMs: Int64
  ) throws -> (manifest: BackupManifest, bytes: Int64) {
    var tar = try TarWriter(path, modifiedAt: nowMs / 1_000)
    var manifest = BackupManifest(
      program: program, createdAtMs: nowMs, ledger: try addLedger(to: &tar))
    let objects = home.objects
    for digest in try objects.all() {
      // Garbage collection may have removed what no row names any more.
      guard objects.contains(digest) else { continue }
      let name = "objects/\(digest.hex.prefix(2))/\(digest.hex)"
      let (found, bytes) = try tar.add(objects.open(digest), as: name)
      guard found == digest else { throw objects.damaged(digest) }
      manifest.objectCount += 1
      manifest.objectBytes += bytes
    }
    try addFiles(below: [Self.predictionsName, FactoryHome.studiesName], to: &tar, &manifest)
    try tar.add(manifest.encoded(), as: BackupManifest.name)
    try tar.finish()
    return (manifest, tar.byteCount)
  }

  private func addLedger(to tar: inout TarWriter) throws -> BackupManifest.File {
    let folder = "\(home.temporaryPath)/backup-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    try FileTree.createFolder(folder)
    defer {
      // A starting server empties the folder of temporary files.
      try? FileTree.remove(folder)
    }
    let snapshot = folder + "/" + BackupManifest.ledgerName
    try LedgerSnapshot.take(of: home.ledgerPath, into: snapshot)
    let (digest, bytes) = try tar.add(
      OpenFile(snapshot, for: .reading), as: BackupManifest.ledgerName)
    return .init(path: BackupManifest.ledgerName, sha256: digest, bytes: bytes)
  }

  private func addFiles(
    below folders: [String], to tar: inout TarWriter, _ manifest: inout BackupManifest
  ) throws(BasicsError) {
    var waiting = folders
    while let folder = waiting.popLast() {
      guard FileTree.isFolder(home.path + "/" + folder) else { continue }
      for name in try FileTree.names(in: home.path + "/" + folder) {
        let relative = folder + "/" + name
        let path = try safePath(relative, in: home.path)
        guard !FileTree.isFolder(path) else {
          waiting.append(relative)
          continue
        }
        guard try FileTree.status(of: path).isRegularFile else { continue }
        let (digest, bytes) = try tar.add(OpenFile(path, for: .reading), as: relative)
        manifest.files.append(.init(path: relative, sha256: digest, bytes: bytes))
      }
    }
  }

  static let predictionsName = "gateway/predictions"
}
