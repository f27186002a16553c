import Foundation

/// A small file system at one folder, seen only by the programs that are started on it.
///
/// It lives in a mount namespace of its own, which goes with the last process in it.
final class SmallDisk: Sendable {
  /// What keeps programs from writing once it is filled.
  enum Shortage: String, CaseIterable, Sendable {
    /// The disk is full.
    case room
    /// The disk has room, of which its user may have no more.
    case quota

    /// Those that can be had here.
    static var possible: [Shortage] { allCases.filter(\.isPossible) }

    /// Whether this user may mount such a disk: root may, unless a container forbids it.
    var isPossible: Bool {
      switch self {
      case .room: Self.canLackRoom
      case .quota: Self.canLimit
      }
    }

    private static let canLackRoom = canMount(.room)
    private static let canLimit = canMount(.quota)

    private static func canMount(_ shortage: Shortage) -> Bool {
      let image = NSTemporaryDirectory() + "/disk-\(UUID().uuidString)"
      defer { try? FileManager.default.removeItem(atPath: image) }
      let trial = Process()
      trial.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      trial.arguments = SmallDisk.words(shortage, at: "/mnt", megabytes: 16, image, then: "true")
      trial.standardError = FileHandle.nullDevice
      // Without the programs it is not possible either.
      guard (try? trial.run()) != nil else { return false }
      trial.waitUntilExit()
      return trial.terminationStatus == 0
    }

    /// Mounts it at `$0`, with `$1` megabytes for its user; `$2` is a file for its bytes.
    fileprivate var script: String {
      switch self {
      case .room: "mount -t tmpfs -o size=$1m none \"$0\""
      case .quota:
        // Of the kinds of quotas the one that most kernels have. The limit is a subvolume's, which takes the folder.
        """
        truncate -s 1G "$2" && mkfs.btrfs -q "$2" >/dev/null && mount -o loop "$2" "$0" && btrfs quota enable "$0" &&
        btrfs -q subvolume create "$0/of-user" && btrfs qgroup limit $1M "$0/of-user" &&
        mount --bind "$0/of-user" "$0"
        """
      }
    }
  }

  private let holder: Process
  private let folder: String
  private let image: String

  /// Whether this user may make one that can be full.
  static var isPossible: Bool { Shortage.room.isPossible }

  /// Mounts a file system of some megabytes at a folder, which is made.
  init(at folder: String, megabytes: Int, shortage: Shortage = .room) throws {
    self.folder = folder
    image = NSTemporaryDirectory() + "/disk-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    holder = Process()
    holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    holder.arguments = Self.words(
      shortage, at: folder, megabytes: megabytes, image,
      then: "touch \"$0/.mounted\" && exec sleep 600")
    try holder.run()
    let deadline = Date(timeIntervalSinceNow: 20)
    while !FileManager.default.fileExists(atPath: seen(folder) + "/.mounted") {
      guard holder.isRunning, Date() < deadline else {
        throw ProgramFailed(what: "no small disk at \(folder)")
      }
      usleep(5_000)
    }
  }

  private static func words(
    _ shortage: Shortage, at folder: String, megabytes: Int, _ image: String, then: String
  ) -> [String] {
    [
      "unshare", "-m", "--propagation", "private", "sh", "-c", shortage.script + " && " + then,
      folder, "\(megabytes)", image,
    ]
  }

  /// The words that start a program on this side of the mount, in a working folder.
  func launcher(in workFolder: String) -> [String] {
    [
      "nsenter", "-t", "\(holder.processIdentifier)", "-m", "sh", "-c",
      "cd \"$0\" && exec \"$@\"", workFolder,
    ]
  }

  /// The path by which other processes see a file on the disk.
  func seen(_ path: String) -> String { "/proc/\(holder.processIdentifier)/root\(path)" }

  /// Writes until nothing more fits; what it said then.
  @discardableResult
  func fill() throws -> Int32 {
    let filler = seen(folder) + "/filler"
    guard FileManager.default.createFile(atPath: filler, contents: nil),
      let file = FileHandle(forWritingAtPath: filler)
    else { throw ProgramFailed(what: "cannot make \(filler)") }
    let bytes = [UInt8](repeating: 1, count: 4_096)
    while write(file.fileDescriptor, bytes, bytes.count) > 0 {}
    let number = errno
    try file.close()
    return number
  }

  /// Gives back what `fill` took.
  func free() throws { try FileManager.default.removeItem(atPath: seen(folder) + "/filler") }

  /// Unmounts, once the programs on it have ended.
  func close() {
    holder.terminate()
    // A disk of memory has none.
    try? FileManager.default.removeItem(atPath: image)
  }
}
