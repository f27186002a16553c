import Basics
import JobProtocol

extension OptunaStudy.Trial {
  /// What its versions before 3 call the reason of a failure, among a trial's attributes.
  fileprivate static let failReason = "fail_reason"

  /// The trial as a report; nil while it runs or waits.
  func report(in domains: [String: ParameterDomain], nowMs: Int64) throws -> TrialReport? {
    let outcome: TrialReport.Outcome
    switch state {
    case .running, .waiting: return nil
    case .complete: outcome = .completed
    case .pruned: outcome = .pruned
    case .fail: outcome = .failed
    }
    let last = intermediate.last
    let ended = endedAtMs ?? startedAtMs ?? nowMs
    var report = TrialReport(
      number: number, outcome: outcome, parameters: try point(in: domains).texts,
      value: values.first, steps: max(0, last?.step ?? 0), startedAtMs: startedAtMs ?? ended,
      endedAtMs: ended)
    if values.count > 1 { report.values = values }
    if outcome == .pruned, report.value == nil { report.value = last?.value }
    if let reason = attributes.first(where: { $0.key == Self.failReason }) {
      // What is no JSON is no reason.
      report.message = (try? JSONValue(parsing: reason.text))?.stringValue
    }
    return report
  }

  /// What a report has no place for.
  var details: TrialDetails {
    TrialDetails(values: values, intermediate: intermediate, attributes: attributes)
  }
}

extension TrialReport {
  /// Whether both say the same of a trial, not-a-number included; times are not compared.
  func isSame(as other: TrialReport) -> Bool {
    value?.bitPattern == other.value?.bitPattern && number == other.number
      && outcome == other.outcome && parameters == other.parameters && steps == other.steps
  }
}

extension OptunaStudy {
  /// A study of the ledger as Optuna has it.
  ///
  /// Numbers without a report become trials that failed, so that there are no gaps.
  init(
    _ study: StudySummary, details: StudyDetails, trials reports: [TrialReport],
    trialDetails: [Int: TrialDetails]
  ) throws {
    let space = try study.space ?? SearchSpace(observed: reports.map(\.parameters))
    name = study.name
    goals = details.goals
    attributes = details.attributes
    let names =
      details.metrics.count == goals.count
      ? details.metrics : goals.count == 1 && study.metric != "value" ? [study.metric] : []
    if !names.isEmpty, metricNames.isEmpty {
      let json = JSONValue.array(names.map(JSONValue.string))
      attributes.append(
        StudyAttribute(
          .system, Self.metricNamesKey, String(decoding: json.encoded(), as: UTF8.self)))
    }
    let distributions = space.parameters.map { parameter in
      let kept = details.distributions[parameter.name]
      return (
        name: parameter.name,
        distribution: kept.flatMap { $0.domain == parameter.domain ? $0 : nil }
          ?? OptunaDistribution(parameter.domain)
      )
    }
    let told = Dictionary(uniqueKeysWithValues: reports.map { ($0.number, $0) })
    trials = (0..<((reports.map(\.number).max() ?? -1) + 1)).map { number in
      guard let report = told[number] else { return Trial(number: number, state: .fail) }
      return Trial(report, details: trialDetails[number], distributions: distributions)
    }
  }
}

extension OptunaStudy.Trial {
  /// A trial of the ledger; parameters whose values are none of their domain are left out.
  fileprivate init(
    _ report: TrialReport, details: TrialDetails?,
    distributions: [(name: String, distribution: OptunaDistribution)]
  ) {
    number = report.number
    switch report.outcome {
    case .completed: state = .complete
    case .pruned: state = .pruned
    case .failed: state = .fail
    }
    (startedAtMs, endedAtMs) = (report.startedAtMs, report.endedAtMs)
    for (name, distribution) in distributions {
      guard let stored = report.parameters[name].flatMap(distribution.stored) else { continue }
      parameters.append(Parameter(name: name, distribution: distribution, stored: stored))
    }
    if let details {
      (values, intermediate, attributes) = (
        details.values, details.intermediate, details.attributes
      )
    }
    switch (report.outcome, report.value) {
    case (.completed, let value?) where values.isEmpty: values = [value]
    case (.pruned, let value?) where values.isEmpty && intermediate.isEmpty:
      intermediate = [TrialDetails.Point(step: report.steps, value: value)]
    default: break
    }
    let isReasonKept = attributes.contains { $0.owner == .system && $0.key == Self.failReason }
    if let message = report.message, !isReasonKept {
      let text = String(decoding: JSONValue.string(message).encoded(), as: UTF8.self)
      attributes.append(StudyAttribute(.system, Self.failReason, text))
    }
  }
}
