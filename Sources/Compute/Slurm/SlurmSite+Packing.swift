import Basics
import Foundation
import JobProtocol

/// Attempts that run inside of allocations, which are attempts of jobs themselves.
///
/// Slurm has an allocation in its queue as it has any job; its command is the host that starts the agents of
/// others. What runs inside has the allocation's id in Slurm, so that its end there is theirs, too.
extension SlurmSite {
  /// Gives attempts that are due a place each, while there is room in allocations that run.
  ///
  /// - Returns: those that have one; the others wait.
  func placed(_ due: [SlurmAttempt]) -> [SlurmAttempt] {
    guard !due.isEmpty else { return [] }
    var room = Self.room(followed.values)
    return due.compactMap { attempt in
      // An order that may have been given is given again where it was: who is second finds the instruction taken.
      if case .due(mayBeThere: true) = attempt.handover, let name = allocationName(of: attempt) {
        let host = followed.values.first {
          $0.spec.packing?.places != nil && SlurmBatchScript.name(of: $0.key) == name
        }
        followed[attempt.key]?.id = host?.id
        return followed[attempt.key]
      }
      if attempt.stop != .notAsked { return attempt }
      guard let pack = attempt.spec.packing?.pack,
        let index = room.indices.filter({ room[$0].pack == pack && room[$0].free > 0 })
          .max(by: { room[$0].free < room[$1].free })
      else { return nil }
      room[index].free -= 1
      followed[attempt.key]?.id = room[index].id
      return followed[attempt.key]
    }
  }

  /// An allocation that runs, and how many places of it nobody has.
  struct AllocationRoom: Equatable {
    var id: String
    var pack: String
    var free: Int
  }

  /// The allocations that take attempts, in the order of their ids.
  static func room(_ followed: some Collection<SlurmAttempt>) -> [AllocationRoom] {
    let taken = Dictionary(grouping: followed.filter { $0.spec.isPacked }) { $0.id ?? "" }
    return followed.compactMap { known in
      guard let packing = known.spec.packing, let places = packing.places, let id = known.id,
        known.stop == .notAsked, !known.isOver, known.seen?.state.takesMore == true
      else { return nil }
      return AllocationRoom(
        id: id, pack: packing.pack, free: places - (taken[id]?.count ?? 0))
    }.sorted { $0.id < $1.id }
  }

  /// Orders an attempt into the allocation that it has a place in.
  func order(_ attempt: SlurmAttempt) async {
    let key = attempt.key
    guard followed[key] != nil else { return }
    if attempt.stop != .notAsked, !attempt.wasSubmitted {
      followed[key]?.verdict = JobStore.Ending(reason: .canceledByUser)
      return tellOver(key)
    }
    guard let host = allocation(of: attempt), let id = host.id else {
      // Its allocation ended while nobody looked. Should an agent have it after all, it gives way to the next attempt.
      followed[key]?.verdict = JobStore.Ending(
        reason: .lostNode, message: "the allocation in which it was to run has ended")
      return tellOver(key)
    }
    followed[key]?.handover = .underWay
    do {
      try await files.stage(attempt)
      let (note, name) = (attempt.folder.allocationNote, SlurmBatchScript.name(of: host.key))
      try await offTask { try FileTree.write(Array(name.utf8), to: note) }
      followed[key]?.wasSubmitted = true
      try await files.order(
        [AllocationOrder(.run, files.place(of: attempt.folder).path)], in: host.folder)
      accepted(key, id)
    } catch let error as JobError where error.code == .specInvalid {
      refused(key, error.message)
    } catch {
      followed[key]?.id = nil
      postpone(key, (error as? JobError)?.message ?? "\(error)")
    }
  }

  /// Tells the hosts which attempts are to stop, and kills those whose time for that is over.
  func stopPacked() async throws {
    let now = monotonicTimeMs()
    for known in followed.values where known.spec.isPacked && known.handover == .done {
      guard known.verdict == nil, !known.isOver, let host = allocation(of: known) else { continue }
      let place = files.place(of: known.folder).path
      switch known.stop {
      case .asked:
        try await files.withdraw([known.folder])
        try await files.order([AllocationOrder(.stop, place)], in: host.folder)
        let killAtMs = now + known.spec.resources.gracePeriodMs + 15_000
        followed[known.key]?.stop = .told(killAtMs: killAtMs)
        pauseMs = Self.shortestPauseMs
        // Where an agent has it, that tells the end.
        if link.connection == nil, !AttemptFiles.isClaimed(known.folder) { giveUp(known.key) }
      case .told(let killAtMs) where now >= killAtMs:
        try await files.order([AllocationOrder(.kill, place)], in: host.folder)
        giveUp(known.key)
      case .told, .killed, .notAsked: continue
      }
    }
  }

  private func giveUp(_ key: AttemptKey) {
    followed[key]?.stop = .killed
    followed[key]?.verdict = JobStore.Ending(reason: .canceledByUser)
    tellOver(key)
  }

  /// The allocation that an attempt runs in, while it is followed.
  func allocation(of attempt: SlurmAttempt) -> SlurmAttempt? {
    guard let id = followed[attempt.key]?.id else { return nil }
    return followed.values.first { $0.spec.packing?.places != nil && $0.id == id }
  }

  /// The name in Slurm of the allocation into which an attempt was ordered, or was about to be.
  private func allocationName(of attempt: SlurmAttempt) -> String? {
    // One that was never ordered has none.
    (try? FileTree.read(attempt.folder.allocationNote, limit: 1_024)).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  /// How an attempt ended that its allocation has taken along: it is not its own doing, whatever the allocation's was.
  static func endedWithAllocation(_ ending: JobStore.Ending) -> JobStore.Ending {
    JobStore.Ending(
      reason: ending.reason == .lostNode ? .lostNode : .preempted,
      message: "its allocation ended" + (ending.message.map { ": \($0)" } ?? ""))
  }
}

extension SlurmState {
  /// Whether what runs there is not about to end.
  fileprivate var takesMore: Bool { phase == .runs && word != "COMPLETING" && word != "STOPPED" }
}
