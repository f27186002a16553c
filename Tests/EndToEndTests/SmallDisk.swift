import Foundation

/// A small file system at one folder, seen only by the programs that are started on it.
///
/// It lives in a mount namespace of its own, which goes with the last process in it.
final class SmallDisk: Sendable {
  private let holder: Process
  private let folder: String

  /// Whether this user may make one: root may, unless a container forbids it.
  static let isPossible: Bool = {
    let trial = Process()
    trial.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    trial.arguments = [
      "unshare", "-m", "--propagation", "private", "mount", "-t", "tmpfs", "none", "/mnt",
    ]
    trial.standardError = FileHandle.nullDevice
    // Without the programs it is not possible either.
    guard (try? trial.run()) != nil else { return false }
    trial.waitUntilExit()
    return trial.terminationStatus == 0
  }()

  /// Mounts a file system of some megabytes at a folder, which is made.
  init(at folder: String, megabytes: Int) throws {
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    holder = Process()
    holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    holder.arguments = [
      "unshare", "-m", "--propagation", "private", "sh", "-c",
      "mount -t tmpfs -o size=\(megabytes)m none \"$0\" && touch \"$0/.mounted\" && exec sleep 600",
      folder,
    ]
    try holder.run()
    let deadline = Date(timeIntervalSinceNow: 10)
    while !FileManager.default.fileExists(atPath: seen(folder) + "/.mounted") {
      guard holder.isRunning, Date() < deadline else {
        throw ProgramFailed(what: "no small disk at \(folder)")
      }
      usleep(5_000)
    }
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

  /// Writes until nothing more fits.
  func fill() throws {
    let filler = seen(folder) + "/filler"
    guard FileManager.default.createFile(atPath: filler, contents: nil),
      let file = FileHandle(forWritingAtPath: filler)
    else { throw ProgramFailed(what: "cannot make \(filler)") }
    let bytes = [UInt8](repeating: 1, count: 4_096)
    while write(file.fileDescriptor, bytes, bytes.count) > 0 {}
    try file.close()
  }

  /// Gives back what `fill` took.
  func free() throws { try FileManager.default.removeItem(atPath: seen(folder) + "/filler") }

  /// Unmounts, once the programs on it have ended.
  func close() {
    holder.terminate()
  }
}
