import CLinux
import Glibc
import JobProtocol

/// One of the places of an allocation: its share of cores and accelerators, and the agent that has it.
struct AllocationPlace {
  /// Cores to stay on; empty leaves the choice to the kernel.
  var cpus: [Int32]
  /// The variables that its agent starts with.
  var environment: [String]
  /// Who has it.
  var agent: (pid: Int32, folder: String)?

  /// Variables that list the accelerators that a program sees.
  private static let deviceLists = ["CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"]

  /// Shares out what this process has.
  static func all(_ count: Int) -> [AllocationPlace] {
    var variables: [(name: String, value: String)] = []
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text)
      if let equals = pair.firstIndex(of: "=") {
        variables.append((String(pair[..<equals]), String(pair[pair.index(after: equals)...])))
      }
      entry += 1
    }
    let asked = variables.first { $0.name == "AIFACTORY_CPUS" }.flatMap { Int($0.value) }
    let cores = shares(of: allowedCores(), asked: asked, count)
    return (0..<count).map { index in
      AllocationPlace(
        cpus: cores[index],
        environment: variables.filter { $0.name != "AIFACTORY_REPORT_FD" }.map { name, value in
          guard deviceLists.contains(name) else { return "\(name)=\(value)" }
          let devices = value.split(separator: ",")
          let share = devices.count / count
          return name + "="
            + devices[(index * share)..<((index + 1) * share)].joined(separator: ",")
        })
    }
  }

  /// Even shares of the cores; empty ones where they are not exactly those that were asked for: then others
  /// may be on them, too, and the kernel knows better.
  static func shares(of cores: [Int32], asked: Int?, _ count: Int) -> [[Int32]] {
    guard let asked, cores.count == asked, asked.isMultiple(of: count) else {
      return Array(repeating: [], count: count)
    }
    let share = asked / count
    return (0..<count).map { Array(cores[($0 * share)..<(($0 + 1) * share)]) }
  }

  private static func allowedCores() -> [Int32] {
    var numbers = [Int32](repeating: 0, count: 1_024)
    let count = min(Int(factory_allowed_cpus(&numbers, 1_024)), numbers.count)
    return Array(numbers.prefix(max(0, count)))
  }

  /// Starts the agent of an attempt; where that fails, the attempt ends with the allocation.
  mutating func start(_ folder: String) {
    let program = "/proc/self/exe"
    let log = open(
      AttemptFolder(path: folder).agentLog, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    defer { if log >= 0 { close(log) } }
    let output = log >= 0 ? log : STDERR_FILENO
    var step: Int32 = 0
    let pid = withCStrings(["aifactory-agent", "run", folder]) { arguments in
      withCStrings(environment) { variables in
        program.withCString { path in
          folder.withCString { folder in
            cpus.withUnsafeBufferPointer { cpus in
              var task = factory_task(
                path: path, arguments: arguments, environment: variables, folder: folder,
                standard_input: -1, standard_output: output, standard_error: output, report: -1,
                report_target: -1, cgroup_procs: -1, cpus: cpus.baseAddress, cpu_count: cpus.count)
              return factory_spawn_task(&task, &step)
            }
          }
        }
      }
    }
    guard pid > 0 else {
      return AgentProgram.say("cannot start in \(folder): \(errorText(-pid))", to: STDERR_FILENO)
    }
    agent = (pid, folder)
  }
}
