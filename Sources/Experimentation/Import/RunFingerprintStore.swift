import Basics
import GRDB

/// Comparing the points of a run with those of another store.
enum RunFingerprintStore {
  /// How many of `wanted` the run has.
  static func count(of wanted: Set<UInt64>, in run: Int64, _ db: Database) throws -> Int {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT metricKey.name, step, timestampMs, valueBits FROM metricPoint
        JOIN metricKey ON metricKey.number = metricPoint.key WHERE run = ?
        """, arguments: [run])
    var count = 0
    while let row = try rows.next() {
      let (key, bits): (String, Int64) = (row[0], row[3])
      let fingerprint = RunFingerprint.of(
        key: key.utf8, step: row[1], timestampMs: row[2], bits: UInt64(bitPattern: bits))
      if wanted.contains(fingerprint) { count += 1 }
    }
    return count
  }
}
