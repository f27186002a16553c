import API
import Basics
import Compute
import HTTPTypes
import Hummingbird
import Optimization
import Serving

/// The routes by which workers share a study; its coordinator answers all but the first.
extension FactoryRoutes {
  /// Adds what is asked and told of shared studies.
  func addSharedStudyRoutes(_ coordinators: StudyCoordinators) {
    route(
      .post, "/api/v1/studies", permission: .write,
      .api(
        "Makes a study that workers share, or joins the one of that name.",
        body: StudyTermsWire.self, answer: .json(StudyWire.self),
        refusals: [.conflict, .notFound])
    ) { request, context in
      let wire = try await request.wire(StudyTermsWire.self)
      let study = try await coordinators.hosts.create(
        try StudyTerms(wire), metrics: wire.metrics ?? wire.metric.map { [$0] } ?? [],
        after: wire.warmStart ?? [],
        in: context.project, nowMs: systemTimeMs())
      return try WireResponse(StudyWire(study, trials: nil))
    }
    question(
      "ask", "Gives a worker a trial: a new one, or one whose worker is silent.", coordinators,
      body: StudyAskWire.self, answer: StudyAskedWire.self)
    question(
      "enqueue", "Wants values tried, before the sampler decides.", coordinators,
      body: StudyEnqueueWire.self, answer: StudyEnqueuedWire.self)
    question(
      "set-attribute", "Notes something of a study; what had the key is replaced.", coordinators,
      body: StudyAttributeWire.self, answer: TrialLeaseWire.self)
    trialQuestion(
      "set-attribute", "Notes something of a trial; what had the key is replaced.", coordinators,
      body: TrialAttributeWire.self, answer: TrialLeaseWire.self)
    trialQuestion(
      "suggest", "Gives a trial a value for a parameter that its point lacks.", coordinators,
      body: TrialSuggestWire.self, answer: TrialPointWire.self)
    trialQuestion(
      "report", "Takes a trial's value after so many steps, and says whether it should stop.",
      coordinators, body: TrialReportWire.self, answer: TrialVerdictWire.self)
    trialQuestion(
      "renew", "Says that a worker is at work on its trial.", coordinators,
      body: TrialAttemptWire.self, answer: TrialLeaseWire.self)
    trialQuestion(
      "tell", "Takes how a trial ended; the first result counts.", coordinators,
      body: TrialTellWire.self, answer: TrialToldWire.self)
    reading(
      "should-prune", "verdict", "Says whether a trial should stop after what it reported.",
      coordinators)
    reading("best", "Tells the best trial by now.", coordinators, answer: StudyBestWire.self)
    reading(
      "frontier", "Tells the trials that no other beats in every goal.", coordinators,
      answer: StudyFrontierWire.self)
    reading("state", "Tells how far a study is.", coordinators, answer: StudyStateWire.self)
  }

  /// A question about a study.
  private func question<Body: DescribedWire>(
    _ verb: String, _ summary: String, _ coordinators: StudyCoordinators, body: Body.Type,
    answer: any DescribedWire.Type
  ) {
    route(
      .post, "/api/v1/studies/{id}/\(verb)", permission: .write,
      .api(summary, body: body, answer: .json(answer), refusals: [.serviceUnavailable])
    ) { request, context in
      let wire = try await request.wire(body)
      let question: JSONValue = .object([JSONMember(verb, try JSONValue(wire))])
      return try await coordinators.response(context.study, question)
    }
  }

  /// A question about one of its trials.
  private func trialQuestion<Body: DescribedWire>(
    _ verb: String, _ summary: String, _ coordinators: StudyCoordinators, body: Body.Type,
    answer: any DescribedWire.Type
  ) {
    route(
      .post, "/api/v1/studies/{id}/trials/{number}/\(verb)", permission: .write,
      .api(
        summary, body: body, answer: .json(answer), refusals: [.conflict, .serviceUnavailable])
    ) { request, context in
      let wire = try JSONValue(try await request.wire(body))
      let members = try [JSONMember(verb, context.trialNumber)] + (wire.objectValue ?? [])
      return try await coordinators.response(context.study, .object(members))
    }
  }

  /// What is asked of a study without telling it anything.
  private func reading(
    _ verb: String, _ summary: String, _ coordinators: StudyCoordinators,
    answer: any DescribedWire.Type
  ) {
    route(
      .get, "/api/v1/studies/{id}/\(verb)", permission: .read,
      .api(summary, answer: .json(answer), refusals: [.serviceUnavailable])
    ) { _, context in
      try await coordinators.response(context.study, .object([JSONMember(verb, true)]))
    }
  }

  /// What is asked of a trial without telling it anything.
  private func reading(
    _ path: String, _ verb: String, _ summary: String, _ coordinators: StudyCoordinators
  ) {
    route(
      .get, "/api/v1/studies/{id}/trials/{number}/\(path)", permission: .read,
      .api(summary, answer: .json(TrialVerdictWire.self), refusals: [.serviceUnavailable])
    ) { _, context in
      let question = JSONValue.object([JSONMember(verb, try context.trialNumber)])
      return try await coordinators.response(context.study, question)
    }
  }
}

extension FactoryContext {
  fileprivate var study: Identifier<StudySummary> {
    get throws { try identifier("id", of: StudySummary.self) }
  }

  fileprivate var trialNumber: JSONValue {
    get throws {
      let text = try parameter("number")
      guard let number = Int32(text), number >= 0 else {
        throw ServerError(
          .notFound, "There is no trial \(visible(text)): trials are numbered from 0.")
      }
      return .number(Double(number))
    }
  }
}

extension StudyCoordinators {
  /// The coordinator's answer as it is.
  fileprivate func response(
    _ study: Identifier<StudySummary>, _ question: JSONValue
  ) async throws -> Response {
    let answer = try await ask(study, question)
    return Response(
      status: HTTPResponse.Status(code: Int(answer.status)),
      headers: [.contentType: "application/json", .cacheControl: "no-store"],
      body: .init(byteBuffer: answer.payload))
  }
}

extension JSONValue {
  /// A wire value as a document; numbers that JSON lacks stay texts.
  fileprivate init(_ wire: some Encodable) throws {
    self = try JSONValue(parsing: try WireCoding.encode(wire))
  }
}

extension StudyTerms {
  /// Reads terms; whatever is wrong with them is the caller's.
  fileprivate init(_ wire: StudyTermsWire) throws {
    guard (1...200).contains(wire.name.count), Self.isName(wire.name) else {
      throw ServerError(
        .badRequest, "A study has a name of 1 to 200 characters, none of them a control character.")
    }
    let goals = try Self.goals(wire)
    let names = wire.metrics ?? wire.metric.map { [$0] } ?? []
    guard Set(names).count == names.count, names.allSatisfy(Self.isName) else {
      throw ServerError(
        .badRequest, "'metrics' are names that differ, none of them empty.",
        hint: "`aifactory studies importance --goal NAME` tells them apart by their names.")
    }
    if let metrics = wire.metrics, metrics.count != goals.count || wire.metric != nil {
      throw ServerError(
        .badRequest, "'metrics' has \(metrics.count) names for \(goals.count) goals.",
        hint: "Give each goal a name, or 'metric' alone the first.")
    }
    guard (1...StudyTerms.mostTrials).contains(wire.budget ?? 1) else {
      throw ServerError(
        .badRequest, "'budget' is \(wire.budget ?? 0); expected 1 to \(StudyTerms.mostTrials).")
    }
    guard (1...1_000_000_000).contains(wire.steps ?? 1) else {
      throw ServerError(.badRequest, "'steps' is \(wire.steps ?? 0); expected 1 or more.")
    }
    let leaseMs = wire.leaseMs ?? 60_000
    guard StudyTerms.leaseRange.contains(leaseMs) else {
      throw ServerError(
        .badRequest,
        "'lease_ms' is \(leaseMs); expected \(StudyTerms.leaseRange.lowerBound) to "
          + "\(StudyTerms.leaseRange.upperBound).")
    }
    if let bound = wire.stopBelow, !(bound > 0 && bound.isFinite) {
      throw ServerError(.badRequest, "'stop_below' is \(bound); expected a number above 0.")
    }
    var space: SearchSpace?
    if let document = wire.space { space = try SearchSpace(json: document) }
    self.init(
      name: wire.name, space: space,
      sampler: try SamplerName(parsing: wire.sampler ?? "tpe"),
      pruner: try PrunerName(parsing: wire.pruner ?? "none"), seed: wire.seed ?? 0,
      budget: wire.budget, steps: wire.steps, leaseMs: leaseMs, stopBelow: wire.stopBelow)
    self.goals = goals
    if goals.count > 1, pruner != .none || stopBelow != nil {
      throw ServerError(
        .badRequest, "A study with several goals has no pruner and no 'stop_below'.",
        hint: "Both judge by one value.")
    }
  }

  /// Whether a text can be told apart from others by who reads it.
  private static func isName(_ text: String) -> Bool {
    text.contains { !$0.isWhitespace }
      && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
  }

  private static func goals(_ wire: StudyTermsWire) throws -> [OptimizationGoal] {
    let words = wire.goals ?? [wire.goal ?? "minimize"]
    guard (1...StudyTerms.mostGoals).contains(words.count), wire.goals == nil || wire.goal == nil
    else {
      throw ServerError(
        .badRequest, "A study has 'goal', or 'goals' of 1 to \(StudyTerms.mostGoals) words.")
    }
    return try words.map { word in
      guard let goal = OptimizationGoal(rawValue: word) else {
        throw ServerError(
          .badRequest, "'goal' is \(visible(word)); expected minimize or maximize.")
      }
      return goal
    }
  }
}
