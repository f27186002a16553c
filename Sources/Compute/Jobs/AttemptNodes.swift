import Glibc
import JobProtocol

/// The nodes of an attempt that runs on several, as their agents tell.
///
/// The first node's journal carries the attempt's effects. Those of the others are read for how they end and
/// what they use, which can be read again at any time: it is committed with the end of the last of them.
struct AttemptNodes: Sendable {
  /// What one node's agent has told.
  private struct Node {
    var host: String?
    var usage = AttemptUsage()
    var sample: TimedSample?
    var end: AttemptEnd?
    /// By the node's own clock.
    var endedAtMs: Int64?
    var hasBegun = false
  }

  private var nodes: [Node]
  /// Of all nodes but the first.
  private var others: [JournalReader]

  /// - Parameter folder: the first node's.
  init(_ folder: AttemptFolder, count: Int) {
    nodes = Array(repeating: Node(), count: count)
    others = (1..<count).map { JournalReader(path: folder.ofNode($0).journal) }
  }

  /// Reads on in the journals of all nodes but the first.
  mutating func readOthers() {
    for index in others.indices {
      while case let records = others[index].next(), !records.isEmpty {
        take(AttemptNews(records, journalOffset: 0), of: index + 1)
      }
    }
  }

  /// Takes in what a node's journal says; the same news again change nothing.
  mutating func take(_ news: AttemptNews, of index: Int) {
    if let start = news.start { (nodes[index].hasBegun, nodes[index].host) = (true, start.host) }
    if let usage = news.usage { nodes[index].usage = usage }
    if let sample = news.samples.last { nodes[index].sample = sample }
    if let end = news.end { (nodes[index].end, nodes[index].endedAtMs) = (end, news.endedAtMs) }
  }

  /// What all nodes have used together; the most memory is that of one of them.
  var usage: AttemptUsage {
    nodes.reduce(into: AttemptUsage()) { sum, node in
      sum.cpuMs += node.usage.cpuMs
      sum.maxRssBytes = max(sum.maxRssBytes, node.usage.maxRssBytes)
      sum.stdoutBytes += node.usage.stdoutBytes
      sum.stderrBytes += node.usage.stderrBytes
      sum.droppedOutputBytes += node.usage.droppedOutputBytes
      sum.droppedReports += node.usage.droppedReports
      if let accelerators = node.usage.accelerators {
        sum.accelerators = sum.accelerators ?? AcceleratorUsage()
        sum.accelerators?.add(accelerators)
      }
    }
  }

  /// What all nodes that go on use together at the moment; nil where none told.
  var load: TimedSample? {
    let samples = nodes.filter { $0.end == nil }.compactMap(\.sample)
    guard var sum = samples.first else { return nil }
    for other in samples.dropFirst() {
      sum.timeMs = min(sum.timeMs, other.timeMs)
      sum.sample.busyPermille += other.sample.busyPermille
      sum.sample.residentBytes += other.sample.residentBytes
      sum.sample.cpuMs += other.sample.cpuMs
      sum.sample.accelerators += other.sample.accelerators
      if let joules = other.sample.acceleratorMicrojoules {
        sum.sample.acceleratorMicrojoules = (sum.sample.acceleratorMicrojoules ?? 0) + joules
      }
      // Where one node has no counter, all of it is an estimate.
      if let joules = other.sample.energyMicrojoules {
        sum.sample.energyMicrojoules? += joules
      } else {
        sum.sample.energyMicrojoules = nil
      }
    }
    return sum
  }

  /// How the attempt ended, once all of its nodes have.
  var end: AttemptEnd? {
    guard nodes.allSatisfy({ $0.end != nil }), var end = nodes.first?.end else { return nil }
    if let culprit, let own = nodes[culprit].end {
      end = own
      end.message = words(culprit, own)
    }
    end.usage = usage
    return end
  }

  /// What an end that the engine tells means, with what the nodes have told.
  func ending(_ ending: JobStore.Ending) -> JobStore.Ending {
    // The engine saw no more than agents that ended.
    guard ending.reason == .lostAgent else { return ending }
    var ending = ending
    if let culprit, let end = nodes[culprit].end, Self.isOwnDoing(end.outcome),
      !Self.isEngines(end.exit)
    {
      ending.reason = JobReason(end.outcome)
      ending.exit = end.exit
      ending.message = words(culprit, end)
      return ending
    }
    let silent = nodes.indices.filter { nodes[$0].end == nil }
    guard let first = silent.first else { return ending }
    // The engine kills the others after one of them died, so that nobody knows which it was.
    let agents = silent.count == 1 ? "the agent" : "\(silent.count) agents, first the one"
    let what = nodes[first].hasBegun ? "died without a word" : "did not begin"
    ending.message = "\(agents) on \(name(first)) \(what); \(ending.message ?? "")"
    return ending
  }

  /// The node whose end is the attempt's: what stopped all of them, else the first that went wrong by
  /// itself, of which the others are told.
  private var culprit: Int? {
    nodes.indices.filter { nodes[$0].end.map { Self.weight($0.outcome) } ?? 0 > 0 }
      .min { first, second in
        let (one, other) = (weight(of: first), weight(of: second))
        return one != other
          ? one > other : (nodes[first].endedAtMs ?? 0) < (nodes[second].endedAtMs ?? 0)
      }
  }

  private func weight(of index: Int) -> Int {
    nodes[index].end.map { Self.weight($0.outcome) } ?? 0
  }

  /// Limits come before failures, which they cause on other nodes within moments.
  private static func weight(_ outcome: AttemptOutcome) -> Int {
    switch outcome {
    case .succeeded, .peerEnded: 0
    case .failed, .launchFailed: 1
    case .canceled: 2
    case .timeLimit: 3
    case .memoryLimit: 4
    }
  }

  private static func isOwnDoing(_ outcome: AttemptOutcome) -> Bool {
    switch outcome {
    case .failed, .launchFailed, .memoryLimit: true
    case .succeeded, .peerEnded, .canceled, .timeLimit: false
    }
  }

  /// Whether it may be how the engine ends a task where an agent elsewhere has died (srun(1),
  /// `--kill-on-bad-exit`): its agent may tell of that before it is killed itself.
  private static func isEngines(_ exit: TaskExit) -> Bool {
    exit == .killed(signal: SIGTERM) || exit == .killed(signal: SIGKILL)
  }

  /// Which node it was, where it was one.
  private func words(_ index: Int, _ end: AttemptEnd) -> String? {
    guard Self.isOwnDoing(end.outcome) else { return end.message }
    let what =
      switch end.outcome {
      case .memoryLimit: "took too much memory"
      case .launchFailed: "could not start it"
      case .failed, .succeeded, .peerEnded, .canceled, .timeLimit: "failed"
      }
    return "\(name(index)) \(what)" + (end.message.map { ": \($0)" } ?? "")
  }

  private func name(_ index: Int) -> String {
    "node \(index)" + (nodes[index].host.map { " (\($0))" } ?? "")
  }
}
