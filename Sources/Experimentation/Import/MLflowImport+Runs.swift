import Basics
import MLflowProtocol

extension MLflowImport {
  /// Points that one transaction takes: a tenth of a second of writing.
  private static let pointsAtOnce = 50_000

  /// Brings a run over, or sees that it is here.
  func take(
    run line: MLflowLine, in experiment: ExperimentID, _ source: any MLflowSource,
    _ nowMs: Int64, _ counts: inout MLflowImportCounts
  ) async throws {
    guard let id = RunID(line.text("run_uuid")) else {
      counts.refused.append(
        "Run \(visible(line.text("run_uuid"))) has no id of 32 hexadecimal digits.")
      return
    }
    do {
      let draft = try await offTask { try RunDraft(id, line, source, nowMs: nowMs) }
      counts.refused += draft.troubles
      let isKnown = try await isComplete(draft)
      if !isKnown { try await write(draft, to: experiment, nowMs) }
      guard try await isComplete(draft) else {
        throw ExperimentationError(
          .importImpossible,
          "it has \(draft.fingerprints.count) points in the store, and not all of them here.")
      }
      counts.runs += 1
      counts.knownRuns += isKnown ? 1 : 0
      counts.metrics += draft.fingerprints.count
      counts.params += draft.params.count
      counts.inputs += draft.inputs.count
      let location = try await ledger.read { db in
        try RunStore.details(id, in: db).run.artifactLocation
      }
      try await takeArtifacts(
        line.text("artifact_uri"), ofRun: line, source, to: location, nowMs, &counts)
    } catch let error as ExperimentationError {
      counts.refused.append("Run \(id): \(error.message)")
    } catch let error as BasicsError where error.code != .diskFull {
      counts.refused.append("Run \(id): \(error.message)")
    }
  }

  /// Whether the run is here with every point, and has ended if it had.
  private func isComplete(_ draft: RunDraft) async throws -> Bool {
    try await ledger.read { db in
      guard let record = try RunRecord.find(draft.id, in: db) else { return false }
      guard record.run.status.isFinal || !draft.status.isFinal else { return false }
      return try RunFingerprintStore.count(
        of: draft.fingerprints, in: record.number, db) == draft.fingerprints.count
    }
  }

  private func write(_ draft: RunDraft, to experiment: ExperimentID, _ nowMs: Int64) async throws {
    let batches = stride(from: 0, to: max(1, draft.points.count), by: Self.pointsAtOnce).map {
      draft.points[$0..<min($0 + Self.pointsAtOnce, draft.points.count)]
    }
    for (index, batch) in batches.enumerated() {
      let (isFirst, isLast) = (index == 0, index == batches.count - 1)
      try await ledger.write { db in
        if isFirst {
          try RunStore.create(
            draft.id, experiment: experiment, name: draft.name, user: draft.user,
            startedAtMs: draft.startedAtMs, in: db)
          try RunStore.note(params: draft.params, inputs: draft.inputs, on: draft.id, in: db)
          try RunStore.setTags(
            draft.tags, ofRun: try RunStore.number(of: draft.id, in: db), isNew: true, in: db)
          try RunStore.note(models: draft.models, on: draft.id, in: db)
        }
        try RunStore.log(Array(batch), to: draft.id, in: db)
        guard isLast else { return }
        try RunStore.setStatus(draft.status, of: draft.id, endedAtMs: draft.endedAtMs, in: db)
        if draft.isDeleted {
          try RunStore.setLifecycle(.deleted, of: draft.id, nowMs: nowMs, in: db)
        }
      }
    }
  }
}

/// A run as a store tells it, with what cannot be kept left out.
struct RunDraft: Sendable {
  var id: RunID
  var name: String
  var user: String
  var status: RunStatus
  var isDeleted: Bool
  var startedAtMs: Int64
  var endedAtMs: Int64?
  var params: [String: String]
  var tags: [String: String]
  var inputs: [RunInput]
  var models: [RunModel]
  var points: [MetricPoint] = []
  /// One for each point that differs from the others.
  var fingerprints: Set<UInt64> = []
  var troubles: [String] = []

  /// Reads all of it; blocks.
  init(_ id: RunID, _ line: MLflowLine, _ source: any MLflowSource, nowMs: Int64) throws {
    self.id = id
    var troubles: [String] = []
    func kept(
      _ pairs: [String: String], _ kind: MLflowKey.Kind, atMost limit: Int
    ) -> [String: String] {
      pairs.filter { key, _ in
        do {
          try RunStore.checkKey(key, kind: kind, takesAnyCharacter: kind == .tag)
          return true
        } catch {
          troubles.append("Run \(id): the \(kind) \(visible(key)) has a name that is not allowed.")
          return false
        }
      }.mapValues { $0.replacing("\0", with: "").firstScalars(limit) }
    }
    params = kept(try source.params(of: line), .param, atMost: 6_000)
    tags = kept(try source.tags(of: line), .tag, atMost: 8_000)
    inputs = try source.inputs(of: line)
    models = try source.models(of: line)
    name = line.text("name").isEmpty ? tags[RunTagKey.name] ?? "" : line.text("name")
    user = line.text("user_id")
    status = RunStatus(rawValue: line.text("status")) ?? .finished
    isDeleted = line.text("lifecycle_stage") == "deleted"
    startedAtMs = line.integer("start_time") ?? nowMs
    endedAtMs = line.integer("end_time")
    var points: [MetricPoint] = []
    var fingerprints: Set<UInt64> = []
    var wrongKeys: Set<String> = []
    try source.readPoints(of: line, size: 10_000) { batch in
      for point in batch where !wrongKeys.contains(point.key) {
        do {
          try RunStore.checkKey(point.key, kind: .metric)
        } catch {
          wrongKeys.insert(point.key)
          troubles.append(
            "Run \(id): the metric \(visible(point.key)) has a name that is not allowed.")
          continue
        }
        if fingerprints.insert(RunFingerprint.of(point)).inserted { points.append(point) }
      }
    }
    (self.points, self.fingerprints, self.troubles) = (points, fingerprints, troubles)
  }
}

/// A number for a point that differs from those of other points (64-bit FNV-1a).
enum RunFingerprint {
  static func of(_ point: MetricPoint) -> UInt64 {
    of(
      key: point.key.utf8, step: point.step, timestampMs: point.timestampMs,
      bits: point.value.bitPattern)
  }

  static func of(
    key: some Sequence<UInt8>, step: Int64, timestampMs: Int64, bits: UInt64
  ) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for byte in key { add(byte) }
    for word in [UInt64(bitPattern: step), UInt64(bitPattern: timestampMs), bits] {
      for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: word >> shift)) }
    }
    return hash
  }
}
