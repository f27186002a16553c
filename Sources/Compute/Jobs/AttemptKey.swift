import Basics

/// Names one attempt of one job.
struct AttemptKey: Hashable, Sendable {
  var job: Identifier<Job>
  var number: Int
}
