public import Basics
import Foundation
import Glibc

/// `gateway/gateway.json`: which process is the gateway of a home, and where it listens.
public struct GatewayFile: Codable, Sendable, Equatable {
  /// Base address.
  public var url: String
  /// The process.
  public var pid: Int32
  /// Tells the process from a later one of the same number.
  public var startTicks: UInt64
  /// Version of the program.
  public var version: String

  /// Joins the parts.
  public init(url: String, pid: Int32, startTicks: UInt64, version: String) {
    self.url = url
    self.pid = pid
    self.startTicks = startTicks
    self.version = version
  }

  /// The gateway that runs now; nil when none does.
  public static func running(_ home: FactoryHome) throws -> GatewayFile? {
    let path = Self.path(in: home)
    guard FileTree.exists(path) else { return nil }
    // A file that cannot be read names no process; the next gateway replaces it.
    guard let file = try? JSONDecoder().decode(Self.self, from: Data(try FileTree.read(path))),
      FileLock.holder(lockPath(in: home)) == file.pid,
      ProcessIdentity(pid: file.pid) == ProcessIdentity(pid: file.pid, startTicks: file.startTicks)
    else { return nil }
    return file
  }

  /// Takes the right to be the gateway of a home, kept until the process ends; nil while another
  /// process has it.
  ///
  /// A server that was killed between starting a gateway and hearing of it would else be followed
  /// by one that starts a second.
  public static func claim(_ home: FactoryHome) throws -> FileLock? {
    try FileTree.createFolder(home.gatewayPath)
    return try FileLock.take(lockPath(in: home))
  }

  /// Whether a gateway of this home is there, also one that does not listen yet.
  public static func isOneThere(_ home: FactoryHome) -> Bool { FileLock.isHeld(lockPath(in: home)) }

  /// Replaces the file.
  public func write(_ home: FactoryHome) throws {
    try FileTree.createFolder(home.gatewayPath)
    try FileTree.write(Array(try JSONEncoder().encode(self)), to: Self.path(in: home))
  }

  private static func path(in home: FactoryHome) -> String { home.gatewayPath + "/gateway.json" }
  private static func lockPath(in home: FactoryHome) -> String { home.gatewayPath + "/lock" }
}

/// A process, told from a later one of the same number by when it started (proc(5), starttime).
public struct ProcessIdentity: Sendable, Equatable {
  /// The process's number.
  public let pid: Int32
  /// Clock ticks from the machine's start to the process's.
  public let startTicks: UInt64

  /// A process that was seen before.
  public init(pid: Int32, startTicks: UInt64) {
    self.pid = pid
    self.startTicks = startTicks
  }

  /// The process of that number; nil when there is none, or it has ended and waits to be reaped.
  public init?(pid: Int32) {
    guard pid > 0, let bytes = try? FileTree.read("/proc/\(pid)/stat", limit: 1 << 16) else {
      // No such process.
      return nil
    }
    // The name in parentheses may hold anything; fields follow the last parenthesis.
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 19, fields[0] != "Z", let ticks = UInt64(fields[19]) else { return nil }
    self.init(pid: pid, startTicks: ticks)
  }

  /// This process.
  public static var current: ProcessIdentity {
    ProcessIdentity(pid: getpid()) ?? ProcessIdentity(pid: getpid(), startTicks: 0)
  }
}
