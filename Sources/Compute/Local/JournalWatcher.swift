import CLinux
import Foundation
import Glibc
import Synchronization

/// A thread that sleeps until a journal grows or an agent ends, and says so.
///
/// It costs nothing while nothing happens: inotify for journals, a pidfd for each agent.
final class JournalWatcher: Sendable {
  private struct State {
    var journals: [Int32: AttemptKey] = [:]
    var watches: [AttemptKey: Int32] = [:]
    /// Agents by the descriptor that tells their end.
    var agents: [Int32: (key: AttemptKey, pid: Int32)] = [:]
    /// What is to be said later.
    var later: [Reminder] = []
    var isStopped = false
  }

  /// News of a time to come.
  private struct Reminder {
    var atMs: Int64
    var change: @Sendable (inout ReconcilerSignal.News) -> Void
  }

  private let state = Mutex(State())
  private let signal: ReconcilerSignal
  private let epoll: Int32
  private let inotify: Int32
  private let event: Int32

  init(signal: ReconcilerSignal) throws {
    self.signal = signal
    epoll = factory_epoll_create()
    inotify = factory_inotify_create()
    event = factory_event_create()
    guard epoll >= 0, inotify >= 0, event >= 0,
      factory_epoll_add(epoll, inotify, UInt64(inotify)) == 0,
      factory_epoll_add(epoll, event, UInt64(event)) == 0
    else {
      throw JobError(
        .systemFailure, "cannot watch journals: \(String(cString: strerror(errno)))",
        hint: "Raise fs.inotify.max_user_instances or the limit of open files.")
    }
  }

  deinit {
    for descriptor in [epoll, inotify, event] where descriptor >= 0 { close(descriptor) }
    for descriptor in state.withLock({ Array($0.agents.keys) }) { close(descriptor) }
  }

  /// Starts the thread, which lives until `stop`.
  func start() {
    let thread = Thread { [self] in loop() }
    thread.name = "journal-watcher"
    thread.stackSize = 256 << 10
    thread.start()
  }

  /// Ends the thread; agents go on.
  func stop() {
    state.withLock { $0.isStopped = true }
    factory_event_signal(event)
  }

  /// Reports writes to a journal, which must exist; true if it is watched.
  func watch(journal path: String, of key: AttemptKey) -> Bool {
    // Under the lock, so that news of the new watch find its key.
    state.withLock { state in
      let watch = factory_inotify_watch(inotify, path)
      guard watch >= 0 else { return false }
      state.journals[watch] = key
      state.watches[key] = watch
      return true
    }
  }

  /// Forgets a journal.
  func unwatch(_ key: AttemptKey) {
    state.withLock { state in
      guard let watch = state.watches.removeValue(forKey: key) else { return }
      state.journals[watch] = nil
      _ = factory_inotify_unwatch(inotify, watch)
    }
  }

  /// Reports the end of an agent, at once if it is gone, and takes its exit status if it is a child.
  func watch(agent pid: Int32, of key: AttemptKey) {
    let descriptor = factory_pidfd_open(pid)
    guard descriptor >= 0 else { return signal.add { $0.exited.insert(key) } }
    let isKnown = state.withLock { state in
      if state.agents.values.contains(where: { $0.key == key && $0.pid == pid }) { return true }
      state.agents[descriptor] = (key, pid)
      return false
    }
    if isKnown {
      close(descriptor)
    } else if factory_epoll_add(epoll, descriptor, UInt64(descriptor)) != 0 {
      ended(descriptor)
    }
  }

  /// Sends a signal to the agent of an attempt; false if none is watched.
  func send(_ number: Int32, to key: AttemptKey) -> Bool {
    state.withLock { state in
      guard let agent = state.agents.first(where: { $0.value.key == key }) else { return false }
      return factory_pidfd_send_signal(agent.key, number) == 0
    }
  }

  /// Adds news after some time.
  func remind(
    afterMs: Int64, _ change: @escaping @Sendable (inout ReconcilerSignal.News) -> Void
  ) {
    let reminder = Reminder(atMs: monotonicTimeMs() + afterMs, change: change)
    state.withLock { $0.later.append(reminder) }
    factory_event_signal(event)
  }

  private func loop() {
    var tokens = [UInt64](repeating: 0, count: 64)
    while true {
      let (isStopped, timeout) = state.withLock { ($0.isStopped, Self.timeout($0.later)) }
      if isStopped { return }
      let count = factory_epoll_wait(epoll, &tokens, 64, timeout)
      for token in tokens.prefix(max(0, Int(count))) {
        switch Int32(token) {
        case event: factory_event_clear(event)
        case inotify: readJournalEvents()
        case let agent: ended(agent)
        }
      }
      passOnReminders()
    }
  }

  private static func timeout(_ later: [Reminder]) -> Int32 {
    guard let next = later.map(\.atMs).min() else { return -1 }
    return Int32(clamping: max(0, next - monotonicTimeMs()))
  }

  private func passOnReminders() {
    let now = monotonicTimeMs()
    let due = state.withLock { state in
      let due = state.later.filter { $0.atMs <= now }
      if !due.isEmpty { state.later.removeAll { $0.atMs <= now } }
      return due
    }
    guard !due.isEmpty else { return }
    signal.add { news in
      for reminder in due { reminder.change(&news) }
    }
  }

  private func readJournalEvents() {
    var watches = [Int32](repeating: 0, count: 128)
    var removed = [UInt8](repeating: 0, count: 128)
    var changed: Set<AttemptKey> = []
    while case let count = factory_inotify_read(inotify, &watches, &removed, 128), count > 0 {
      state.withLock { state in
        for index in 0..<Int(count) where removed[index] == 0 {
          // The kernel dropped events: any journal may have grown.
          if watches[index] < 0 { changed.formUnion(state.watches.keys) }
          if let key = state.journals[watches[index]] { changed.insert(key) }
        }
      }
    }
    if !changed.isEmpty { signal.add { $0.changed.formUnion(changed) } }
  }

  private func ended(_ descriptor: Int32) {
    guard let agent = state.withLock({ $0.agents.removeValue(forKey: descriptor) }) else { return }
    _ = factory_epoll_remove(epoll, descriptor)
    close(descriptor)
    // Only a child of ours needs this; for others it fails without effect.
    _ = waitpid(agent.pid, nil, WNOHANG)
    signal.add { $0.exited.insert(agent.key) }
  }
}
