import CLinux
import Foundation
import Glibc

/// Programs of ours that outlive the process that starts them.
public enum DetachedProgram {
  /// Starts a program in a session of its own; it inherits the environment and nothing else.
  ///
  /// - Parameters:
  ///   - path: absolute path of the program.
  ///   - arguments: without the program itself.
  ///   - log: file that its output is appended to.
  /// - Returns: its process number; the caller reaps it (`factory_reap`) if it lives that long.
  public static func start(
    _ path: String, _ arguments: [String], log: String
  ) throws(ServingError) -> Int32 {
    let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
    let pid = withCStrings([path] + arguments) { arguments in
      withCStrings(environment) { factory_spawn_detached(path, arguments, $0, log) }
    }
    guard pid > 0 else {
      throw ServingError(.startFailed, "\(path) cannot be started: error \(-pid).")
    }
    return pid
  }

  /// Whether a child of this process has ended; takes its remains.
  public static func hasEnded(_ child: Int32) -> Bool {
    var (code, signal): (Int32, Int32) = (0, 0)
    var (time, size): (Int64, Int64) = (0, 0)
    return factory_reap(child, &code, &signal, &time, &size) != 0
  }

  /// Calls `body` with C strings that end with a null pointer.
  private static func withCStrings<Value>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
  ) -> Value {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers)
  }
}
