import CXGBoost
import Synchronization

/// XGBoost, loaded into this process.
///
/// A process loads one library: whoever asks again for the same path gets it at once, and another
/// path is refused.
public struct XGBoostLibrary: Sendable {
  /// Such as `3.2.0`.
  public let version: String

  private static let loaded = Mutex<(path: String, library: XGBoostLibrary)?>(nil)

  /// The library at `path` (a `libxgboost.so`).
  public static func load(path: String) throws -> XGBoostLibrary {
    try loaded.withLock { loaded in
      if let loaded {
        guard loaded.path == path else {
          throw EngineError(
            .engineMissing,
            "XGBoost is already loaded from \(loaded.path), not from \(path).")
        }
        return loaded.library
      }
      let library = try XGBoostLibrary(opening: path)
      loaded = (path, library)
      return library
    }
  }

  private init(opening path: String) throws {
    var reason = [CChar](repeating: 0, count: 1024)
    guard cxgb_load(path, &reason, reason.count) == 0 else {
      let text = String(
        decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw EngineError(
        .engineMissing, "XGBoost cannot be loaded: \(text)",
        hint: "Install it with: aifactory engines install xgboost")
    }
    var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
    cxgb_version(&major, &minor, &patch)
    version = "\(major).\(minor).\(patch)"
  }

  /// Throws the library's own reason if a call returned a failure.
  func check(_ status: Int32) throws {
    guard status != 0 else { return }
    let reason = cxgb_last_error().map { String(cString: $0) } ?? "unknown reason"
    // XGBoost prepends the place in its sources and appends a stack trace.
    let lines = reason.split(separator: "\n")
    var sentence = String(lines.first { !$0.hasPrefix("Stack trace") } ?? "unknown reason")
    if sentence.hasPrefix("["), let end = sentence.firstRange(of: "] ") {
      sentence = String(sentence[end.upperBound...])
    }
    if let end = sentence.firstRange(of: ": "), sentence.hasPrefix("/") {
      sentence = String(sentence[end.upperBound...])
    }
    throw EngineError(.engineFailed, "XGBoost: \(sentence)")
  }
}
