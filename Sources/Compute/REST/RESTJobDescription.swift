import Foundation
import JSONCoding

/// A batch script's `#SBATCH` lines as slurmrestd takes them, which reads none in a script.
///
/// So the script is the same whichever way it goes, and a person can submit it by hand.
struct RESTJobDescription {
  /// The properties of the job (OpenAPI, `v0.0.38_job_properties` and `v0.0.42_job_desc_msg`).
  let value: JSONValue

  /// - Parameters:
  ///   - user: whose job it is.
  ///   - version: last number of the API's version.
  /// - Throws: `JobError` with `specInvalid` for a line that has no counterpart.
  init(_ script: String, user: String, version: Int) throws(JobError) {
    var members: [JSONMember] = []
    let usesLists = version >= RESTVersions.firstOfLists
    for line in script.split(separator: "\n") {
      let mark = "#SBATCH --"
      guard line.hasPrefix(mark) else { continue }
      let parts = line.dropFirst(mark.count).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count == 2 ? Self.unquoted(parts[1]) : ""
      let option = String(parts[0])
      members +=
        usesLists
        ? try Self.listMembers(option, value, user) : try Self.members(option, value, user)
    }
    value = .object(members)
  }

  /// Options whose values are words.
  private static let texts = [
    "job-name": "name", "output": "standard_output", "chdir": "current_working_directory",
    "comment": "comment", "partition": "partition", "account": "account", "qos": "qos",
    "array": "array", "constraint": "constraints",
  ]

  /// Options whose values are whole numbers.
  private static let counts = [
    "ntasks": "tasks", "cpus-per-task": "cpus_per_task", "ntasks-per-node": "tasks_per_node",
  ]
  /// Those that may be without a limit: MB and minutes.
  private static let limits = ["mem": "memory_per_node", "time": "time_limit"]

  /// Until v0.0.38.
  private static func members(
    _ option: String, _ value: String, _ user: String
  ) throws(JobError) -> [JSONMember] {
    if let key = texts[option] { return [JSONMember(key, .string(value))] }
    if let key = counts[option] ?? limits[option], let number = number(value) {
      return [JSONMember(key, number)]
    }
    switch option {
    case "nodes":
      guard let count = number(value) else { break }
      return [JSONMember("nodes", [count, count])]
    case "gres", "open-mode":
      return [JSONMember(option == "gres" ? option : "open_mode", .string(value))]
    // Its counterpart `requeue: false` has no effect in Slurm 22.05.
    case "no-requeue": return [JSONMember("no_requeue", true)]
    case "export":
      return [
        JSONMember(
          "environment",
          .object(environment(value, user).map { JSONMember($0.name, .string($0.value)) }))
      ]
    // Not for batch scripts until v0.0.38; the agent's own clock stands in for it.
    case "signal": return []
    default: break
    }
    throw noCounterpart(option, value)
  }

  /// Since v0.0.40.
  private static func listMembers(
    _ option: String, _ value: String, _ user: String
  ) throws(JobError) -> [JSONMember] {
    if let key = texts[option] { return [JSONMember(key, .string(value))] }
    if let key = counts[option], let number = number(value) { return [JSONMember(key, number)] }
    if let key = limits[option], let number = number(value) {
      return [JSONMember(key, ["set": true, "number": number])]
    }
    switch option {
    case "nodes":
      guard let count = number(value) else { break }
      return [
        JSONMember("nodes", .string(value)), JSONMember("minimum_nodes", count),
        JSONMember("maximum_nodes", count),
      ]
    case "gres": return [JSONMember("tres_per_node", .string("gres/" + value))]
    case "open-mode": return [JSONMember("open_mode", [.string(value.uppercased())])]
    case "no-requeue": return [JSONMember("requeue", false)]
    case "export":
      let variables = environment(value, user).map { "\($0.name)=\($0.value)" }
      return [JSONMember("environment", .array(variables.map { .string($0) }))]
    case "signal":
      // `B:USR1@70`
      let parts = value.split(separator: "@")
      guard parts.count == 2, parts[0].hasPrefix("B:"), let delay = number(String(parts[1])) else {
        break
      }
      return [
        JSONMember("kill_warning_signal", .string(String(parts[0].dropFirst(2)))),
        JSONMember("kill_warning_delay", ["set": true, "number": delay]),
        JSONMember("kill_warning_flags", ["BATCH_JOB"]),
      ]
    default: break
    }
    throw noCounterpart(option, value)
  }

  private static func noCounterpart(_ option: String, _ value: String) -> JobError {
    JobError(.specInvalid, "slurmrestd has no counterpart of --\(option)=\(value)")
  }

  /// A whole number, or one of MB: `200M`.
  private static func number(_ text: String) -> JSONValue? {
    Int(text.hasSuffix("M") ? String(text.dropLast()) : text).map { .number(Double($0)) }
  }

  /// The variables that a login of the user would set, as far as they are known here.
  private static func environment(
    _ names: String, _ user: String
  ) -> [(name: String, value: String)] {
    let own = ProcessInfo.processInfo.environment
    let account = SystemAccount(user)
    var variables: [(name: String, value: String)] = []
    for name in names.split(separator: ",").map(String.init) {
      let value: String? =
        switch name {
        case "USER", "LOGNAME": user
        case "HOME": account?.home ?? (user == NSUserName() ? own[name] : nil)
        case "SHELL": account?.shell
        default: own[name]
        }
      if let value { variables.append((name, value)) }
    }
    // Slurm refuses a job without any (v0.0.38).
    if !variables.contains(where: { $0.name == "PATH" }) {
      variables.append(("PATH", "/usr/local/bin:/usr/bin:/bin"))
    }
    return variables
  }

  private static func unquoted(_ text: Substring) -> String {
    guard text.count > 1, text.hasPrefix("\""), text.hasSuffix("\"") else { return String(text) }
    return String(text.dropFirst().dropLast())
  }
}
