public import Basics
public import JobProtocol

/// Many jobs in one request.
extension Jobs {
  /// Accepts an array of jobs, all or none; once this returns they will run, whatever is killed.
  ///
  /// With an identifier the call is idempotent.
  /// - Parameters:
  ///   - count: 1...10,000.
  ///   - atMost: how many of them run at once at most, 1 or more; nil is as many as there is room for.
  /// - Throws: `JobError` for a specification that can never run here.
  public func submitArray(
    _ spec: JobSpec, count: Int, atMost: Int? = nil, id: Identifier<JobArray>? = nil,
    in project: String = "default"
  ) async throws -> JobArray {
    let id = id ?? .random()
    let places = try Self.places(of: id, count: count, atMost: atMost)
    // What holds for one holds for all.
    let site = try await place(for: spec, in: project)
    let records = try places.map { job, place in
      try record(Self.placed(spec, at: place), id: job, project: project, on: site)
    }
    let store = store
    let array = try await ledger.write { db in
      for record in records { _ = try store.submit(record, in: db) }
      return try store.array(id, in: db)
    }
    signal.add { $0.mayPlace = true }
    return try Self.found(array, id)
  }

  /// Accepts jobs with commands of their own as one array, all or none, with what must be written with each.
  ///
  /// The call is idempotent; a job that was accepted before stays as it is. They go to their site together, so what
  /// they need is alike.
  /// - Parameters:
  ///   - jobs: 1...10,000, with their identifiers, in the order of their places.
  ///   - atMost: how many of them run at once at most, 1 or more; nil is as many as there is room for.
  ///   - alongside: joins the transaction, once for each job.
  /// - Throws: `JobError` for a specification that can never run here.
  public func submitArray(
    _ jobs: [(id: Identifier<Job>, spec: JobSpec)], atMost: Int?, id: Identifier<JobArray>,
    in project: String, alongside: @escaping @Sendable (Job, LedgerTransaction) throws -> Void
  ) async throws -> [Job] {
    let places = try Self.places(of: id, count: jobs.count, atMost: atMost).map { $0.place }
    var records: [JobRecord] = []
    for ((job, spec), place) in zip(jobs, places) {
      let site = try await self.place(for: spec, in: project)
      records.append(
        try record(Self.placed(spec, at: place), id: job, project: project, on: site))
    }
    let (store, finished) = (store, records)
    let accepted = try await ledger.write { db in
      try finished.map { record in
        let job = try store.submit(record, in: db)
        try alongside(job, db)
        return job
      }
    }
    signal.add { $0.mayPlace = true }
    return accepted
  }

  /// The jobs of an array and their places, which follow from its identifier.
  public static func places(
    of id: Identifier<JobArray>, count: Int, atMost: Int? = nil
  ) throws -> [(job: Identifier<Job>, place: JobArrayPlace)] {
    guard (1...JobArrayPlace.mostJobs).contains(count) else {
      throw JobError(.specInvalid, "an array has 1...\(JobArrayPlace.mostJobs) jobs")
    }
    guard atMost ?? 1 >= 1 else {
      throw JobError(.specInvalid, "at least one job of an array may run at once")
    }
    let seed = ObjectDigest(of: id.rawValue).hex.prefix(16)
    return (0..<count).map { index in
      var random = SeededGenerator(
        seed: UInt64(seed, radix: 16) ?? 0, stream: UInt64(index))
      return (
        .random(using: &random),
        JobArrayPlace(array: id.rawValue, index: index, count: count, atMost: atMost)
      )
    }
  }

  /// The specification of one job of an array.
  public static func placed(_ spec: JobSpec, at place: JobArrayPlace) -> JobSpec {
    var spec = spec
    spec.array = place
    spec.environment = place.environment + spec.environment
    return spec
  }

  /// How an array stands.
  public func array(_ id: Identifier<JobArray>) async throws -> JobArray {
    let store = store
    return try Self.found(try await ledger.read { try store.array(id, in: $0) }, id)
  }

  /// The jobs of an array, in their order.
  public func list(array id: Identifier<JobArray>, limit: Int = 10_000) async throws -> [Job] {
    let store = store
    return try await ledger.read { try store.list(array: id, limit: limit, in: $0) }
  }

  /// Ends all jobs of an array that have not ended, those that wait first, so that none of them begins meanwhile.
  ///
  /// Not in one transaction, which would keep all others waiting for as long as ten thousand jobs take.
  public func cancelArray(_ id: Identifier<JobArray>) async throws -> JobArray {
    let (store, follower, now) = (store, follower, configuration.now())
    var rest = try await ledger.read { try store.unended(of: id, in: $0) }[...]
    while !rest.isEmpty {
      let portion = rest.prefix(JobStore.portion)
      let canceled = try await ledger.write { db in
        try portion.map { job in
          // Those that wait for one of the portion, or for the array, come in portions of their own.
          let canceled = try store.cancel(job, room: 0, atMs: now, in: db)
          try store.tell(follower, canceled.job, in: db)
          return canceled
        }
      }
      for (job, action, dependents) in canceled {
        if action == .stopAgent {
          await stopAgent(of: AttemptKey(job: job.id, number: job.attempt))
        }
        changed(job, dependents)
      }
      rest = rest.dropFirst(portion.count)
    }
    return try await array(id)
  }

  private static func found(_ array: JobArray?, _ id: Identifier<JobArray>) throws -> JobArray {
    guard let array else {
      throw JobError(
        .jobNotFound, "there is no array \(id)", hint: "`aifactory jobs list` shows the jobs.")
    }
    return array
  }
}
