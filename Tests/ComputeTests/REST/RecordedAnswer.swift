import Basics
import TestSupport

@testable import Compute

/// Answers of the real slurmrestd of Slurm 22.05.8 (v0.0.38) and 24.11.5 (v0.0.42), kept in `Tests/Cluster/answers`.
enum RecordedAnswer {
  /// The bytes of one.
  static func bytes(_ name: String, version: String = "v0.0.38") throws -> [UInt8] {
    try FileTree.read("\(packageFolder)/Tests/Cluster/answers/\(version)/\(name).json")
  }

  /// One, read as the driver does.
  static func read(
    _ name: String, version: String = "v0.0.38", status: Int = 200, keys: Set<String>? = nil
  ) throws -> RESTAnswer {
    try RESTAnswer(status: status, bytes(name, version: version), keys: keys)
  }
}
