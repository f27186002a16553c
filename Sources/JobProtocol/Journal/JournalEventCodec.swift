/// The number that stands for each kind of event in a journal; never reused.
private enum EventCode {
  static let started: UInt8 = 1
  static let taskStarted: UInt8 = 2
  static let report: UInt8 = 3
  static let usage: UInt8 = 4
  static let stopping: UInt8 = 5
  static let taskEnded: UInt8 = 6
  static let note: UInt8 = 7
  static let ended: UInt8 = 8
  static let sample: UInt8 = 9
  static let call: UInt8 = 10
  static let listening: UInt8 = 11
}

extension JournalEvent {
  func write(to writer: inout ByteWriter) {
    switch self {
    case .started(let start):
      writer.write(EventCode.started)
      writer.write(start.pid)
      writer.write(start.startTicks)
      writer.write(start.version)
      writer.write(start.memory.rawValue)
      writer.write(optional: start.cgroup) { $0.write($1) }
      // What an older server passes over.
      writer.write(optional: start.host) { $0.write($1) }
    case .taskStarted(let task, let pid):
      writer.write(EventCode.taskStarted)
      writer.write(UInt32(task))
      writer.write(pid)
    case .report(let task, let line):
      writer.write(EventCode.report)
      writer.write(UInt32(task))
      writer.write(line)
    case .usage(let usage):
      writer.write(EventCode.usage)
      usage.write(to: &writer)
    case .stopping(let outcome):
      writer.write(EventCode.stopping)
      writer.write(outcome.rawValue)
    case .taskEnded(let task, let exit, let usage):
      writer.write(EventCode.taskEnded)
      writer.write(UInt32(task))
      exit.write(to: &writer)
      writer.write(usage.cpuMs)
      writer.write(usage.maxRssBytes)
    case .sample(let sample):
      writer.write(EventCode.sample)
      writer.write(sample.busyPermille)
      writer.write(sample.residentBytes)
      writer.write(sample.cpuMs)
      writer.write(optional: sample.energyMicrojoules) { $0.write($1) }
      // What an older server passes over.
      if !sample.accelerators.isEmpty {
        writer.write(list: sample.accelerators) { $1.write(to: &$0) }
        writer.write(optional: sample.acceleratorMicrojoules) { $0.write($1) }
      }
    case .call(let call):
      writer.write(EventCode.call)
      call.write(to: &writer)
    case .note(let text):
      writer.write(EventCode.note)
      writer.write(text)
    case .listening(let task):
      writer.write(EventCode.listening)
      writer.write(optional: task.host) { $0.write($1) }
      writer.write(UInt32(task.port))
    case .ended(let end):
      writer.write(EventCode.ended)
      writer.write(end.outcome.rawValue)
      end.exit.write(to: &writer)
      writer.write(optional: end.message) { $0.write($1) }
      end.usage.write(to: &writer)
    }
  }

  /// Takes an event out of a record; nil for a kind that a later version added.
  init?(from reader: inout ByteReader) throws(JobProtocolError) {
    switch try reader.integer(UInt8.self) {
    case EventCode.started: self = .started(try AgentStart(from: &reader))
    case EventCode.taskStarted:
      self = .taskStarted(task: Int(try reader.integer(UInt32.self)), pid: try reader.integer())
    case EventCode.report:
      self = .report(task: Int(try reader.integer(UInt32.self)), line: try reader.data())
    case EventCode.usage: self = .usage(try AttemptUsage(from: &reader))
    case EventCode.stopping: self = .stopping(try AttemptOutcome(from: &reader))
    case EventCode.taskEnded:
      self = .taskEnded(
        task: Int(try reader.integer(UInt32.self)), exit: try TaskExit(from: &reader),
        usage: TaskUsage(cpuMs: try reader.integer(), maxRssBytes: try reader.integer()))
    case EventCode.sample: self = .sample(try ResourceSample(from: &reader))
    case EventCode.call: self = .call(try TrackingCall(from: &reader))
    case EventCode.note: self = .note(try reader.text())
    case EventCode.listening:
      let host = try reader.optional { (r) throws(JobProtocolError) in try r.text() }
      self = .listening(
        ListeningTask(host: host, port: UInt16(truncatingIfNeeded: try reader.integer(UInt32.self)))
      )
    case EventCode.ended: self = .ended(try AttemptEnd(from: &reader))
    default: return nil
    }
  }
}

extension AgentStart {
  fileprivate init(from reader: inout ByteReader) throws(JobProtocolError) {
    pid = try reader.integer()
    startTicks = try reader.integer()
    version = try reader.text()
    let word = try reader.text()
    guard let method = MemoryMethod(rawValue: word) else {
      throw JobProtocolError.unknownWord(word)
    }
    memory = method
    cgroup = try reader.optional { (r) throws(JobProtocolError) in try r.text() }
    if !reader.isAtEnd {
      host = try reader.optional { (r) throws(JobProtocolError) in try r.text() }
    }
  }
}

extension AttemptOutcome {
  fileprivate init(from reader: inout ByteReader) throws(JobProtocolError) {
    let word = try reader.text()
    guard let outcome = AttemptOutcome(rawValue: word) else {
      throw JobProtocolError.unknownWord(word)
    }
    self = outcome
  }
}

extension AttemptEnd {
  fileprivate init(from reader: inout ByteReader) throws(JobProtocolError) {
    outcome = try AttemptOutcome(from: &reader)
    exit = try TaskExit(from: &reader)
    message = try reader.optional { (r) throws(JobProtocolError) in try r.text() }
    usage = try AttemptUsage(from: &reader)
  }
}

extension ResourceSample {
  fileprivate init(from reader: inout ByteReader) throws(JobProtocolError) {
    func optional(_ reader: inout ByteReader) throws(JobProtocolError) -> Int64? {
      try reader.optional { (r) throws(JobProtocolError) in try r.integer(Int64.self) }
    }
    self.init(
      busyPermille: try reader.integer(), residentBytes: try reader.integer(),
      cpuMs: try reader.integer(), energyMicrojoules: try optional(&reader))
    guard !reader.isAtEnd else { return }
    accelerators = try reader.list { (r) throws(JobProtocolError) in
      try AcceleratorSample(from: &r)
    }
    acceleratorMicrojoules = try optional(&reader)
  }
}

extension TaskExit {
  fileprivate func write(to writer: inout ByteWriter) {
    switch self {
    case .exited(let code):
      writer.write(UInt8(0))
      writer.write(code)
    case .killed(let signal):
      writer.write(UInt8(1))
      writer.write(signal)
    case .notStarted(let message):
      writer.write(UInt8(2))
      writer.write(message)
    }
  }

  fileprivate init(from reader: inout ByteReader) throws(JobProtocolError) {
    switch try reader.integer(UInt8.self) {
    case 0: self = .exited(code: try reader.integer())
    case 1: self = .killed(signal: try reader.integer())
    case 2: self = .notStarted(try reader.text())
    case let code: throw JobProtocolError.unknownWord("exit \(code)")
    }
  }
}

extension AttemptUsage {
  fileprivate func write(to writer: inout ByteWriter) {
    writer.write(cpuMs)
    writer.write(maxRssBytes)
    writer.write(stdoutBytes)
    writer.write(stderrBytes)
    writer.write(droppedOutputBytes)
    writer.write(droppedReports)
    // It stands last in its records, so that an older server passes this over.
    if let accelerators { accelerators.write(to: &writer) }
  }

  fileprivate init(from reader: inout ByteReader) throws(JobProtocolError) {
    cpuMs = try reader.integer()
    maxRssBytes = try reader.integer()
    stdoutBytes = try reader.integer()
    stderrBytes = try reader.integer()
    droppedOutputBytes = try reader.integer()
    droppedReports = try reader.integer()
    if !reader.isAtEnd { accelerators = try AcceleratorUsage(from: &reader) }
  }
}
