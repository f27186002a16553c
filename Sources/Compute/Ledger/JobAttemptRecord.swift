import Basics
import GRDB

/// One row of the `jobAttempt` table.
struct JobAttemptRecord: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "jobAttempt"

  var job: String
  var number: Int
  var node: String
  var marker: String
  var bootId: String
  var cpuList: String
  var gpuList: String
  var cgroup: String?
  var agentPid: Int32?
  var agentStartTicks: Int64?
  var journalOffset: Int64
  var reason: String?
  var startedAtMs: Int64
  var endedAtMs: Int64?
  var engineId: String?
  /// Where its command answers, if it has an address.
  var host: String?
  var port: Int?
  var listeningSinceMs: Int64?

  /// The row of an attempt that is about to be launched.
  init(
    _ key: AttemptKey, site: String, marker: String, bootId: String, place: Packing.Holding,
    atMs: Int64
  ) {
    job = key.job.rawValue
    number = key.number
    node = Job.node(of: site)
    self.marker = marker
    self.bootId = bootId
    cpuList = Self.list(place.cpus)
    gpuList = Self.list(place.gpus)
    journalOffset = 0
    startedAtMs = atMs
  }

  var cpus: [Int] { Self.numbers(cpuList) }
  var gpus: [Int] { Self.numbers(gpuList) }

  private static func list(_ numbers: [Int]) -> String {
    numbers.map { String($0) }.joined(separator: ",")
  }

  private static func numbers(_ list: String) -> [Int] {
    list.split(separator: ",").compactMap { Int($0) }
  }

  static func fetch(_ key: AttemptKey, in db: Database) throws -> JobAttemptRecord? {
    let statement = try db.cachedStatement(
      sql: "SELECT * FROM jobAttempt WHERE job = ? AND number = ?")
    return try fetchOne(statement, arguments: [key.job.rawValue, key.number])
  }
}
