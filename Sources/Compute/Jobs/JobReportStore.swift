public import Basics
public import GRDB
public import JobProtocol

/// Applies a task's reports inside the transaction that moves the journal's offset.
///
/// What it writes is therefore written exactly once, whatever is killed. An error that is not one
/// of the disk makes the reports of that batch be skipped and noted on the job.
public protocol JobReportSink: Sendable {
  func apply(_ reports: [TaskReport], of job: Identifier<Job>, in db: Database) throws
}
