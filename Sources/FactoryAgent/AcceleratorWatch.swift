import CLinux
import Glibc
import JobProtocol

/// Looks from time to time what the accelerators of an attempt do.
///
/// AMD's driver tells it in files. NVIDIA's tells it through a library that a static program cannot load,
/// so that its own program is asked, which may take its time: it never keeps the loop waiting, and is killed
/// after some seconds.
struct AcceleratorWatch {
  /// The longest pause between looks; they are shorter at first.
  static let pauseMs: ClosedRange<Int64> = 2_000...15_000
  /// An answer that takes longer is none.
  static let patienceMs: Int64 = 5_000
  /// Looks without an answer after which no more are made.
  static let mostFailures = 5

  /// A question that is being answered.
  private struct Question {
    var pid: Int32
    var answer: Int32
    var askedAt: Int64
  }

  private let program: String?
  private let environment: [String]
  private let cpus: [Int32]
  private let visible: String?
  private let devices: AMDDevices?
  private let startedAt: Int64
  private var question: Question?
  private var nextAt: Int64
  private var failures = 0
  private(set) var meter = AcceleratorMeter()

  /// nil where the attempt has no accelerators, or nobody tells of them.
  init?(_ attempt: AttemptSpec, _ variables: TaskEnvironment, now: Int64) {
    guard attempt.spec.resources.gpus > 0 else { return nil }
    program = variables.program(NvidiaTable.program)
    devices =
      program == nil ? AMDDevices(visible: variables.value("ROCR_VISIBLE_DEVICES")) : nil
    guard program != nil || devices != nil else { return nil }
    visible = variables.value("CUDA_VISIBLE_DEVICES")
    environment = [
      "PATH=\(variables.value("PATH") ?? "/usr/bin:/bin")", "LC_ALL=C",
      // Found by it where this agent dies.
      "\(Survivors.markerVariable)=\(attempt.marker)",
    ]
    cpus = attempt.cpus.map { Int32($0) }
    (startedAt, nextAt) = (now, now)
  }

  /// The process that answers a question, which is none of the attempt's.
  var process: Int32? { question?.pid }

  /// Asks when it is time, and ends what takes too long.
  mutating func keepTime(_ now: Int64) {
    if let question, now - question.askedAt >= Self.patienceMs { _ = kill(question.pid, SIGKILL) }
    guard question == nil, now >= nextAt, failures < Self.mostFailures else { return }
    nextAt = now + min(max(now - startedAt, Self.pauseMs.lowerBound), Self.pauseMs.upperBound)
    if let devices { return take(devices.samples(), now) }
    if let program { ask(program, now) }
  }

  /// Takes the end of a process in; false if it is none of this.
  mutating func takeEnd(of pid: Int32, isGood: Bool, now: Int64) -> Bool {
    guard let question, question.pid == pid else { return false }
    let text = Self.read(question.answer)
    close(question.answer)
    self.question = nil
    take(isGood ? NvidiaTable(text).samples(visible: visible) : [], now)
    return true
  }

  private mutating func take(_ samples: [AcceleratorSample], _ now: Int64) {
    guard samples.contains(where: { !$0.isEmpty }) else {
      failures += 1
      return
    }
    failures = 0
    meter.take(samples, atMs: now)
  }

  private mutating func ask(_ program: String, _ now: Int64) {
    var pipe: (reading: Int32, writing: Int32) = (-1, -1)
    guard factory_pipe(&pipe.reading, &pipe.writing) == 0 else { return failures += 1 }
    defer { close(pipe.writing) }
    let silence = open("/dev/null", O_WRONLY | O_CLOEXEC)
    defer { close(silence) }
    var step: Int32 = 0
    let pid: Int32 = withCStrings([program] + NvidiaTable.arguments) { arguments in
      withCStrings(environment) { variables in
        cpus.withUnsafeBufferPointer { cpus in
          var task = factory_task(
            path: arguments[0], arguments: arguments, environment: variables, folder: nil,
            standard_input: -1, standard_output: pipe.writing, standard_error: silence,
            report: -1, report_target: -1, cgroup_procs: -1, cpus: cpus.baseAddress,
            cpu_count: cpus.count)
          return factory_spawn_task(&task, &step)
        }
      }
    }
    guard pid > 0 else {
      close(pipe.reading)
      return failures += 1
    }
    question = Question(pid: pid, answer: pipe.reading, askedAt: now)
  }

  /// What is in a pipe whose writer has ended; it holds more than an answer is long.
  private static func read(_ pipe: Int32) -> String {
    let bytes = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
      count = max(0, Glibc.read(pipe, buffer.baseAddress, buffer.count))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
