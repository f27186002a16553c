import CLinux
import Glibc
import JobProtocol

/// Runs the agents of other attempts inside of an allocation, so many at a time, as it is ordered.
///
/// It is the command of the allocation's job: limits, signals of the site's engine and survivors are the business
/// of the agent above it, whatever belongs to one attempt that of the agent below.
struct AllocationHost {
  /// How long it stays without an attempt: an allocation must not wait for a server that is gone.
  private static let idleMs: Int64 = 300_000
  /// Pauses between looks at the orders.
  private static let (shortestPauseMs, longestPauseMs): (Int32, Int32) = (10, 250)

  private var places: [AllocationPlace]
  private var waiting: [String] = []
  private var orders = OrderReader(path: "orders")
  private var pauseMs = Self.shortestPauseMs
  private var idleSince = monotonicMs()
  private var isStopping = false

  /// Stays, in the attempt's folder, until it is told to stop or nothing comes any more; its exit code.
  static func run(places count: Int) -> Int32 {
    let signals = factory_signal_descriptor()
    guard signals >= 0, (1...JobPacking.mostPlaces).contains(count) else {
      AgentProgram.say("`host` takes a number of places", to: STDERR_FILENO)
      return AgentProgram.ExitCode.wrongUse
    }
    // The agent's pipe for reports: nothing that is started here shall keep it open.
    close(TaskEnvironment.reportDescriptor)
    // What an agent leaves that is killed comes here.
    _ = factory_become_subreaper()
    var host = AllocationHost(places: AllocationPlace.all(count))
    return host.stay(signals)
  }

  private mutating func stay(_ signals: Int32) -> Int32 {
    while true {
      reap()
      carryOut(orders.next())
      if !isStopping { startWaiting() }
      let isIdle = places.allSatisfy { $0.agent == nil }
      if !isIdle { idleSince = monotonicMs() }
      if isIdle, isStopping || monotonicMs() - idleSince > Self.idleMs {
        return AgentProgram.ExitCode.done
      }
      var watched = pollfd(fd: signals, events: Int16(POLLIN), revents: 0)
      _ = poll(&watched, 1, pauseMs)
      pauseMs = min(pauseMs * 3 / 2, Self.longestPauseMs)
      while case let signal = factory_next_signal(signals), signal != 0 {
        if signal == SIGTERM || signal == SIGINT { stop() }
        pauseMs = Self.shortestPauseMs
      }
    }
  }

  private mutating func carryOut(_ orders: [AllocationOrder]) {
    for order in orders {
      pauseMs = Self.shortestPauseMs
      let place = places.first { $0.agent?.folder == order.folder }
      switch order.verb {
      case .run:
        if place == nil, !waiting.contains(order.folder) { waiting.append(order.folder) }
      case .stop:
        waiting.removeAll { $0 == order.folder }
        if let agent = place?.agent { _ = kill(agent.pid, SIGTERM) }
      case .kill:
        waiting.removeAll { $0 == order.folder }
        guard let agent = place?.agent else { continue }
        for pid in [agent.pid] + ProcessTable.descendants(of: agent.pid) { _ = kill(pid, SIGKILL) }
      }
    }
  }

  private mutating func startWaiting() {
    for index in places.indices where places[index].agent == nil && !waiting.isEmpty {
      places[index].start(waiting.removeFirst())
    }
  }

  /// Tells all agents to stop, and starts no more.
  private mutating func stop() {
    isStopping = true
    waiting = []
    for place in places { if let agent = place.agent { _ = kill(agent.pid, SIGTERM) } }
  }

  private mutating func reap() {
    while true {
      var (code, signal, cpuMs, peak): (Int32, Int32, Int64, Int64) = (0, 0, 0, 0)
      let pid = factory_reap(-1, &code, &signal, &cpuMs, &peak)
      guard pid > 0 else { return }
      guard let index = places.firstIndex(where: { $0.agent?.pid == pid }),
        let agent = places[index].agent
      else { continue }
      places[index].agent = nil
      if signal != 0 { SilentEnd(folder: AttemptFolder(path: agent.folder)).tell(signal) }
    }
  }
}

/// Reads the orders of a host while they are written, and goes on where it stopped.
struct OrderReader {
  let path: String
  private var offset: off_t = 0

  init(path: String) { self.path = path }

  /// The next whole lines.
  ///
  /// The file is opened each time: then a network file system shows what was written before.
  mutating func next() -> [AllocationOrder] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
      count = max(0, pread(file, buffer.baseAddress, 1 << 20, offset))
    }
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
    offset += off_t(end + 1)
    return bytes[..<end].split(separator: UInt8(ascii: "\n")).compactMap {
      AllocationOrder(String(decoding: $0, as: UTF8.self))
    }
  }
}
