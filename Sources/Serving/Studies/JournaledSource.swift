import Basics
import JobProtocol
import Optimization

extension WarmStart.Source {
  /// Most bytes of a journal that is read for the trials that the ledger lacks: some 100,000 trials.
  private static let mostJournalBytes = 32 << 20

  /// The study with what its journal tells beyond the ledger; as it is where that cannot be read.
  ///
  /// Its coordinator may go on meanwhile. It reads up to 32 MiB, off tasks.
  ///
  /// - Parameter folder: the study's, with its journal.
  func completed(from folder: String, terms: StudyTerms) -> WarmStart.Source {
    let path = folder + "/" + StudyJournal.fileName
    // No journal before the first question; a damaged one is its coordinator's to tell of.
    guard let bytes = try? FileTree.read(path, limit: Self.mostJournalBytes),
      let events = try? StudyJournal.events(of: bytes, path: path).events
    else { return self }
    var coordinator = StudyCoordinator(terms)
    for event in events { coordinator.apply(event, nowMs: 0) }
    var source = self
    let known = Set(trials.map(\.number))
    source.trials += (0..<coordinator.trialCount).filter { !known.contains($0) }
      .compactMap { coordinator.report(of: $0) }
    source.trials.sort { $0.number < $1.number }
    // It shows itself with the trials.
    if !coordinator.space.parameters.isEmpty { source.summary.space = coordinator.space }
    return source
  }
}
