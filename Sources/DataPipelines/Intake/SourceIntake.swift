public import Basics
public import JobProtocol
import Glibc

/// Takes sources in: every byte is hashed on its way into the object store.
public struct SourceIntake: Sendable {
  let objects: ObjectStore
  let downloads: DownloadSettings

  /// Takes in to the given store.
  public init(objects: ObjectStore) {
    self.init(objects: objects, downloads: DownloadSettings.fromEnvironment())
  }

  init(objects: ObjectStore, downloads: DownloadSettings) {
    self.objects = objects
    self.downloads = downloads
  }

  /// What was taken in, and what local files looked like then.
  public struct Result: Sendable, Equatable {
    /// The files, in the order of the request; a glob or folder gives several.
    public var sources: [DatasetManifest.Source]
    /// One for each local file, so that an unchanged one need not be read again.
    public var stats: [SourceStat]
  }

  /// Takes all sources of a request in.
  public func take(
    _ request: IntakeRequest, report: (TaskReport) -> Void = { _ in }
  ) async throws -> Result {
    var result = Result(sources: [], stats: [])
    for (index, item) in request.sources.enumerated() {
      let share = Double(index) / Double(request.sources.count)
      report(.progress(phase: "intake", share: share, message: item.source))
      if let scheme = RemoteScheme(of: item.source) {
        for object in try await remoteObjects(item.source, scheme: scheme) {
          result.sources.append(try await download(object, part: item.part))
        }
      } else {
        try await takeLocal(item, baseFolder: request.baseFolder, into: &result)
      }
    }
    return result
  }

  /// Bytes that are hashed sooner than a job starts.
  private static let fewBytes: Int64 = 16 << 20

  /// Whether all sources are local files of so few bytes that a job of its own is not worth while.
  public static func isQuick(_ request: IntakeRequest) throws -> Bool {
    var bytes: Int64 = 0
    for item in request.sources {
      guard RemoteScheme(of: item.source) == nil else { return false }
      for file in try LocalSource(item, baseFolder: request.baseFolder).files() {
        bytes += try FileTree.status(of: file.path).bytes
        guard bytes <= fewBytes else { return false }
      }
    }
    return true
  }

  private func takeLocal(
    _ item: IntakeRequest.Item, baseFolder: String, into result: inout Result
  ) async throws {
    for file in try LocalSource(item, baseFolder: baseFolder).files() {
      let status = try status(of: file)
      let digest = try await objects.put(file: file.path)
      result.sources.append(
        DatasetManifest.Source(
          name: file.name, sha256: digest.hex, bytes: status.bytes, part: item.part))
      result.stats.append(
        SourceStat(path: file.path, status: status, sha256: digest.hex, takenAtNs: wallClockNs()))
    }
  }

  private func status(of file: LocalSource.File) throws -> OpenFile.Status {
    do {
      let status = try FileTree.status(of: file.path)
      guard status.isRegularFile else {
        throw DataError(
          .sourceUnreadable, "\(file.name) is no regular file.", hint: "Name a file with a table.")
      }
      return status
    } catch let error as BasicsError {
      throw DataError(
        .sourceUnreadable, "\(file.name) cannot be read: \(error.message)", hint: error.hint)
    }
  }
}

/// What a local file looked like when its bytes were hashed.
public struct SourceStat: Codable, Sendable, Equatable {
  /// Absolute path.
  public var path: String
  /// Size, in bytes.
  public var bytes: Int64
  /// Time of the last change, in nanoseconds since 1970.
  public var modifiedAtNs: Int64
  /// Number of the file on its device.
  public var inode: Int64
  /// Number of the device.
  public var device: Int64
  /// SHA-256 of the bytes, in lower-case hexadecimal.
  public var sha256: String
  /// When it was taken in, in nanoseconds since 1970.
  public var takenAtNs: Int64

  /// Whether a file that looks like `status` now still holds the bytes that were hashed.
  ///
  /// A file that changed just before it was read could change again within the clock's step
  /// without looking different, so such a one is not trusted.
  func matches(_ status: OpenFile.Status) -> Bool {
    bytes == status.bytes && modifiedAtNs == status.modifiedAtNs
      && inode == Int64(bitPattern: status.inode) && device == Int64(bitPattern: status.device)
      && takenAtNs - modifiedAtNs > 20_000_000
  }
}

extension SourceStat {
  init(path: String, status: OpenFile.Status, sha256: String, takenAtNs: Int64) {
    self.init(
      path: path, bytes: status.bytes, modifiedAtNs: status.modifiedAtNs,
      inode: Int64(bitPattern: status.inode), device: Int64(bitPattern: status.device),
      sha256: sha256, takenAtNs: takenAtNs)
  }
}

/// Nanoseconds since 1970.
func wallClockNs() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
