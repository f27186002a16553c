import Foundation
import Glibc
import TestSupport
import Testing

/// A clock that is wrong for the programs that are started until `end()` (`Tests/Cluster/clock.c`).
///
/// Programs without a dynamic linker, as the agent, have the machine's.
struct ShiftedClock {
  /// A compiler for C, as the build needs one.
  private static let compiler = ["cc", "clang", "gcc"].compactMap { name in
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }.first

  /// Whether it can be had here.
  static var isPossible: Bool { compiler != nil }

  /// Says why it cannot.
  static let hint: Comment = "there is no compiler for C"

  private let seconds: Int

  /// Shifts the clock; the library for it is built in a folder.
  init(seconds: Int, in folder: String) throws {
    self.seconds = seconds
    let library = folder + "/clock.so"
    let build = Process()
    build.executableURL = URL(fileURLWithPath: Self.compiler ?? "")
    build.arguments = [
      "-shared", "-fPIC", "-O1", "-o", library, packageFolder + "/Tests/Cluster/clock.c", "-ldl",
    ]
    try build.run()
    build.waitUntilExit()
    guard build.terminationStatus == 0 else { throw ProgramFailed(what: "no shifted clock") }
    setenv("LD_PRELOAD", library, 1)
    setenv("CLOCK_SECONDS", "\(seconds)", 1)
  }

  /// What it tells, in milliseconds since 1970.
  var nowMs: Int { Int(Date().timeIntervalSince1970 * 1_000) + seconds * 1_000 }

  /// Programs that are started from now on have the machine's clock again.
  func end() {
    unsetenv("LD_PRELOAD")
    unsetenv("CLOCK_SECONDS")
  }
}
