/// An engine that the factory loads at run time, in the one version it was tested with.
public struct PinnedEngine: Hashable, Sendable {
  /// The name of the folder and in commands: `duckdb`, `xgboost`.
  public let name: String
  /// The package of the Python index that carries the engine's library.
  public let package: String
  /// The version that was tested.
  public let version: String
  /// What the factory uses it for, for people.
  public let purpose: String

  /// Tables: reading, checking and converting data.
  public static let duckdb = PinnedEngine(
    name: "duckdb", package: "duckdb", version: "2.0.0",
    purpose: "reads, checks and converts tables")
  /// Boosted trees.
  public static let xgboost = PinnedEngine(
    name: "xgboost", package: "xgboost-cpu", version: "3.2.0",
    purpose: "trains boosted trees and predicts with them")
  /// Every engine, in the order in which a workflow needs them.
  public static let all: [PinnedEngine] = [.duckdb, .xgboost]

  /// The folder of this version below an engines folder, such as `xgboost-cpu-3.2.0`.
  public var folderName: String { "\(package)-\(version)" }

  /// Where the shared library lies in the folder, for this machine's processor.
  public var libraryPath: String {
    switch name {
    case "duckdb": "_duckdb.cpython-311-\(Self.processor)-linux-gnu.so"
    default: "xgboost/lib/libxgboost.so"
    }
  }

  /// `x86_64` or `aarch64`: the processor that this program was built for.
  public static var processor: String {
    #if arch(arm64)
      "aarch64"
    #else
      "x86_64"
    #endif
  }
}
