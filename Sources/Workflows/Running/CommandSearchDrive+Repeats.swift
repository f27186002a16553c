internal import Basics
internal import Experimentation
internal import Optimization

/// Points that are measured several times, because values are noisy.
extension CommandSearchDrive {
  /// Measures a point one time after another, until enough is known of it.
  ///
  /// A measurement has a job of its own, whose identifier comes from the trial's: a drive that begins again
  /// finds those that it had.
  func repeated(_ trial: CommandTrial) async throws -> CommandTrial.Ending {
    let (study, parent, begunMs) = (study, subject.parent, parts.nowMs())
    let own = try await parts.store.ledger.write { db in
      try CommandTracking.beginRepeated(
        trial, of: study, below: parent, nowMs: begunMs, in: db)
    }
    let ending = try await measure(trial, below: own)
    let (search, endedMs) = (subject.search, parts.nowMs())
    try await parts.store.ledger.write { db in
      try CommandTracking.endRepeated(
        trial, of: study, ending, search: search, atMs: endedMs, in: db)
    }
    return ending
  }

  private func measure(_ trial: CommandTrial, below own: Run) async throws -> CommandTrial.Ending {
    let search = subject.search
    var (values, limited) = (RepeatedValues(), RepeatedValues())
    for repetition in 0..<search.repeats {
      if repetition > 0 { try await drive.checkCancel() }
      var one = trial
      one.repetition = repetition
      let ending = try await run(one, below: own)
      guard case .completed(let measured, _, let bounded) = ending else { return ending }
      values.add(measured)
      limited.add(bounded)
      let verdict = try await best().flatMap {
        values.verdict(against: $0, goal: search.goal, repeats: search.repeats)
      }
      try await report(trial, values, verdict)
      if verdict != nil { return .pruned }
    }
    return .completed(values.means, errors: values.standardErrors, limited: limited.means)
  }

  /// The mean of the best trial by now; nil before there is one.
  private func best() async throws -> Double? {
    let best = try await parts.studies.answer(study, ["best": true])
    return StudyNumber.value(best["value"])
  }

  /// Tells the study the mean by now; the step is the number of measurements.
  private func report(
    _ trial: CommandTrial, _ values: RepeatedValues, _ verdict: String?
  ) async throws {
    var members = [
      JSONMember("report", .number(Double(trial.number))),
      JSONMember("attempt", .number(Double(trial.attempt))),
      JSONMember("step", .number(Double(values.measured.count))),
      JSONMember("value", StudyNumber.json(values.means[0])),
    ]
    if let verdict { members.append(JSONMember("stop", .string(verdict))) }
    _ = try await parts.studies.answer(study, .object(members))
  }
}
