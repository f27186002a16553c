import Basics
import Compute
import Serving
import Workflows

/// Whether a server that lives can work, and what is missing if it cannot.
actor Readiness {
  private let services: FactoryServices
  /// The ledger is tried at most once in this time, however often somebody asks.
  private static let ledgerPause = Duration.seconds(2)
  private var lastTrial: (at: ContinuousClock.Instant, failure: ServerError?)?

  init(_ services: FactoryServices) { self.services = services }

  /// Why the server cannot work now; nil if it can.
  func hindrance() async -> ServerError? {
    guard await hasReconciled else {
      return ServerError(
        .starting, "The server is taking up what ran before it started.",
        hint: "It takes a moment; ask again.")
    }
    if let failure = await ledgerFailure() { return failure }
    guard await services.gateway.isUp else {
      return ServerError(
        .unavailable, "The gateway, which answers predictions, does not run.",
        hint: "It is started again by itself; gateway/gateway.log in the home says more.")
    }
    return nil
  }

  private var hasReconciled: Bool {
    get async {
      guard await services.jobs.hasReconciled, await services.runner.hasReconciled,
        await services.imports.hasReconciled
      else { return false }
      return await services.endpoints.hasReconciled
    }
  }

  private func ledgerFailure() async -> ServerError? {
    let now = ContinuousClock.now
    if let lastTrial, now - lastTrial.at < Self.ledgerPause { return lastTrial.failure }
    var failure: ServerError?
    do {
      try await services.ledger.probe()
    } catch {
      let told = error as? any FactoryError
      failure = ServerError(
        .ledgerUnwritable, "Nothing can be recorded: \(told?.message ?? "\(error)").",
        hint: told?.hint)
    }
    lastTrial = (now, failure)
    return failure
  }
}
